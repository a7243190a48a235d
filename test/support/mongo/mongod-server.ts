import { appendFileSync } from 'node:fs';
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core';
import { type Machine, usersFor } from './own-server.ts';
import { CA_FILE, KEY_AND_CERTIFICATE_FILE } from './tls.ts';
import type { ServerOptions } from './types.ts';

const REPLICA_SET = 'rs0';
const MEMBERS = 3;
const LAUNCH_MS = 240_000;
/** Without `force`, the primary hands over to a member that has all of its writes, without an election timeout. */
const STEP_DOWN = { replSetStepDown: 60, secondaryCatchUpPeriodSecs: 30 };

/** Starts a real server with mongodb-memory-server; a replica set has three members. */
export async function startMongod(
  binary: { binary: string; version: string },
  options: ServerOptions,
): Promise<Machine> {
  return options.replicaSet ? startReplicaSet(binary, options) : startStandalone(binary, options);
}

const binaryOptions = ({ binary, version }: { binary: string; version: string }) => ({
  systemBinary: binary,
  version,
});

/** Fail points exist only where test commands are enabled. */
function launchArguments({ tls, ttlMonitorSeconds }: ServerOptions): string[] {
  return [
    ...parameter('enableTestCommands', 1),
    ...(ttlMonitorSeconds === undefined ? [] : parameter('ttlMonitorSleepSecs', ttlMonitorSeconds)),
    // prefer, not require: mongodb-memory-server connects without TLS to create the first user
    ...(tls
      ? [
          '--tlsMode=preferTLS',
          `--tlsCertificateKeyFile=${KEY_AND_CERTIFICATE_FILE}`,
          `--tlsCAFile=${CA_FILE}`,
          '--tlsAllowConnectionsWithoutCertificates',
        ]
      : []),
  ];
}

const parameter = (name: string, value: number): string[] => ['--setParameter', `${name}=${value}`];

function authOptions({ auth }: ServerOptions) {
  if (!auth) return {};
  const [root, ...others] = usersFor(auth);
  const extraUsers = others.map(({ username, password, roles }) => ({
    createUser: username,
    pwd: password,
    roles,
    database: 'admin',
  }));
  return {
    auth: {
      enable: true,
      extraUsers,
      ...(root && { customRootName: root.username, customRootPwd: root.password }),
    },
  };
}

/** The exit code of a mongod whose port another program has taken since it was chosen. */
const PORT_TAKEN = /closed unexpectedly with code "48"/;

/** Tries again with another port if the first one was taken in the meantime. */
async function onFreePort<T>(create: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (attempts === 1 || !PORT_TAKEN.test(String(error))) throw error;
    return onFreePort(create, attempts - 1);
  }
}

async function startStandalone(
  binary: { binary: string; version: string },
  options: ServerOptions,
): Promise<Machine> {
  const create = () =>
    MongoMemoryServer.create({
      binary: binaryOptions(binary),
      instance: {
        args: launchArguments(options),
        launchTimeout: LAUNCH_MS,
        storageEngine: 'wiredTiger',
        ...(options.port !== undefined && { port: options.port, portGeneration: false }),
      },
      ...authOptions(options),
    });
  const server = await onFreePort(create);
  const watch = watchFor([server]);
  watch.begin();
  return {
    kind: 'mongod',
    hosts: [`127.0.0.1:${server.instanceInfo?.port}`],
    version: binary.version,
    replicaSet: undefined,
    stepDown: STEP_DOWN,
    pause: async () => {
      watch.end();
      await server.stop({ doCleanup: false });
    },
    resume: async () => {
      await server.start(true);
      watch.begin();
    },
    stop: async () => {
      watch.end();
      await server.stop({ doCleanup: true, force: true });
    },
  };
}

async function startReplicaSet(
  binary: { binary: string; version: string },
  options: ServerOptions,
): Promise<Machine> {
  const create = () =>
    MongoMemoryReplSet.create({
      binary: binaryOptions(binary),
      replSet: {
        name: REPLICA_SET,
        count: MEMBERS,
        args: launchArguments(options),
        storageEngine: 'wiredTiger',
        // MongoDB's default. With less, unexpected elections take place on a busy machine.
        configSettings: { electionTimeoutMillis: 10_000 },
        ...authOptions(options),
      },
      instanceOpts: Array.from({ length: MEMBERS }, (_, index) => ({
        launchTimeout: LAUNCH_MS,
        ...(index === 0 && options.port !== undefined && { port: options.port }),
      })),
    });
  const set = await onFreePort(create);
  const watch = watchFor(set.servers);
  watch.begin();
  return {
    kind: 'mongod',
    hosts: set.servers.map((server) => `127.0.0.1:${server.instanceInfo?.port}`),
    version: binary.version,
    replicaSet: REPLICA_SET,
    stepDown: STEP_DOWN,
    pause: async () => {
      watch.end();
      for (const server of set.servers) await server.stop({ doCleanup: false });
    },
    resume: async () => {
      await Promise.all(set.servers.map((server) => server.start(true)));
      watch.begin();
    },
    stop: async () => {
      watch.end();
      await set.stop({ doCleanup: true, force: true });
    },
  };
}

/**
 * Reports a server that ends unexpectedly: on stderr, and in the file that MONGODB_TEST_DEATHS names. Its tests then
 * fail, and the report shows that they are not the cause.
 */
function watchFor(servers: readonly MongoMemoryServer[]) {
  let isWatching = false;
  return {
    begin() {
      isWatching = true;
      for (const { instanceInfo } of servers) {
        instanceInfo?.instance.mongodProcess?.once('exit', (code, signal) => {
          if (isWatching)
            tellDeath(`mongod on port ${instanceInfo.port} ended by itself (${code ?? signal})`);
        });
      }
    },
    end() {
      isWatching = false;
    },
  };
}

function tellDeath(message: string): void {
  process.stderr.write(`${message}\n`);
  const { MONGODB_TEST_DEATHS: file } = process.env;
  if (file) appendFileSync(file, `${message}\n`);
}

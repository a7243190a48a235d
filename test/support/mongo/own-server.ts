import { MongoClient } from 'mongodb';
import { CA_FILE } from './tls.ts';
import type { FailCommand, NewUser, OwnServer, Role, ServerOptions } from './types.ts';
import { withUser } from './urls.ts';

/** A running server of any kind. */
export interface Machine {
  kind: 'mongod' | 'stand-in';
  /** One member, or all members of a replica set. */
  hosts: string[];
  version: string;
  replicaSet: string | undefined;
  /**
   * The command after which another member is primary immediately, or the only member is primary again after a moment.
   */
  stepDown: { replSetStepDown: number; secondaryCatchUpPeriodSecs: number; force?: true };
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

type Auth = NonNullable<ServerOptions['auth']>;

/** The first user has all rights. If fewer are requested, there is a second user. */
export function usersFor({
  username,
  password,
  roles,
}: Auth): { username: string; password: string; roles: Role[] }[] {
  const root = [{ role: 'root', db: 'admin' }];
  if (!roles) return [{ username, password, roles: root }];
  return [
    { username: `root-beside-${username}`, password, roles: root },
    { username, password, roles },
  ];
}

function urlOf(
  hosts: readonly string[],
  { auth, tls }: ServerOptions,
  query: Record<string, string>,
): string {
  const login = auth ? `${encodeURIComponent(auth.username)}:${encodeURIComponent(auth.password)}@` : '';
  const search = new URLSearchParams(query);
  if (tls) {
    search.set('tls', 'true');
    search.set('tlsCAFile', CA_FILE);
  }
  return `mongodb://${login}${hosts.join(',')}/${search.size > 0 ? `?${search}` : ''}`;
}

/** What a test can do with its own server: commands over the wire, the same for every kind of server. */
export function control(machine: Machine, options: ServerOptions): OwnServer {
  const { hosts, replicaSet } = machine;
  const query = replicaSet === undefined ? {} : { replicaSet };
  const [root] = options.auth ? usersFor(options.auth) : [];
  const asRoot = { ...options, ...(root && { auth: root }) };
  const url = urlOf(hosts, options, query);
  const adminUrl = urlOf(hosts, asRoot, query);
  const withoutLogin = urlOf(hosts, { ...(options.tls && { tls: true }) }, query);
  const members = hosts.map((host) => urlOf([host], asRoot, { directConnection: 'true' }));
  return {
    url,
    kind: machine.kind,
    version: machine.version,
    port: Number(hosts[0]?.split(':').at(-1)),
    ...(options.tls && { tls: { caFile: CA_FILE } }),
    pause: machine.pause,
    resume: async () => {
      await machine.resume();
      await runOnAdmin(withoutLogin, { ping: 1 });
    },
    stop: machine.stop,
    failCommand: async (spec) => {
      for (const member of members) await runOnAdmin(member, failPoint(spec));
    },
    stepDown: () => runOnAdmin(adminUrl, machine.stepDown),
    createUser: async ({ username, password, roles, db = 'admin' }: NewUser) => {
      await runOnAdmin(adminUrl, { createUser: username, pwd: password, roles }, db);
      return withUser(url, username, password, db);
    },
  };
}

function failPoint({ mode = { times: 1 }, blockTimeMS, ...data }: FailCommand): Record<string, unknown> {
  return {
    configureFailPoint: 'failCommand',
    mode,
    data: { ...data, ...(blockTimeMS !== undefined && { blockConnection: true, blockTimeMS }) },
  };
}

async function runOnAdmin(url: string, command: Record<string, unknown>, database = 'admin'): Promise<void> {
  const client = new MongoClient(url, { appName: 'test-control' });
  try {
    await client.db(database).command(command);
  } finally {
    await client.close();
  }
}

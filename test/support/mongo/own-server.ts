import { MongoClient } from 'mongodb';
import { CA_FILE } from './tls.ts';
import type { FailCommand, NewUser, OwnServer, ServerOptions } from './types.ts';
import { withUser } from './urls.ts';

/** A running server, whatever it is made of. */
export interface Machine {
  kind: 'mongod' | 'stand-in';
  /** One, or the members of a replica set. */
  hosts: string[];
  version: string;
  replicaSet: string | undefined;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

function urlOf(hosts: readonly string[], options: ServerOptions, query: Record<string, string>): string {
  const { auth, tls } = options;
  const login = auth ? `${encodeURIComponent(auth.username)}:${encodeURIComponent(auth.password)}@` : '';
  const search = new URLSearchParams(query);
  if (tls) {
    search.set('tls', 'true');
    search.set('tlsCAFile', CA_FILE);
  }
  return `mongodb://${login}${hosts.join(',')}/${search.size > 0 ? `?${search}` : ''}`;
}

/** What a test may do with a server of its own; done over the wire, the same for every kind. */
export function control(machine: Machine, options: ServerOptions): OwnServer {
  const { hosts, replicaSet } = machine;
  const url = urlOf(hosts, options, replicaSet === undefined ? {} : { replicaSet });
  const members = hosts.map((host) => urlOf([host], options, { directConnection: 'true' }));
  return {
    url,
    kind: machine.kind,
    version: machine.version,
    port: Number(hosts[0]?.split(':').at(-1)),
    ...(options.tls && { tls: { caFile: CA_FILE } }),
    pause: machine.pause,
    resume: machine.resume,
    stop: machine.stop,
    failCommand: async (spec) => {
      for (const member of members) await runOnAdmin(member, failPoint(spec));
    },
    stepDown: (seconds = 1) =>
      runOnAdmin(url, { replSetStepDown: seconds, secondaryCatchUpPeriodSecs: 0, force: true }),
    createUser: async ({ username, password, roles, db = 'admin' }: NewUser) => {
      await runOnAdmin(url, { createUser: username, pwd: password, roles }, db);
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chooseSource } from '../test/support/mongo/choose.ts';
import { startMongo } from '../test/support/mongo/start.ts';

export interface Server {
  readonly url: string;
  /** Which server it is, and its version. */
  readonly announce: string;
  stop(): Promise<void>;
}

/** The one that MONGODB_TEST_URL names, else a mongod of this machine, else the stand-in, which it then says. */
export async function startServer(): Promise<Server> {
  if (process.env.MONGODB_TEST_URL || (await chooseSource()).kind === 'mongod') return startMongo();
  return startStandIn();
}

/** In a process of its own, as a server is: else its work would count as the client's. */
async function startStandIn(): Promise<Server> {
  const file = join(import.meta.dirname, '..', 'test', 'support', 'mongo', 'serve.ts');
  const server: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!server.stdout) throw new Error('The stand-in has no output.');
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string];
  return {
    url,
    announce: '**not a MongoDB but the stand-in in test/support/mongo: far from what a mongod would show**',
    async stop() {
      server.kill();
      await once(server, 'exit');
    },
  };
}

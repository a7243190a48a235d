import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chooseSource } from '../test/support/mongo/choose.ts';
import { startMongo } from '../test/support/mongo/start.ts';

export interface Server {
  readonly url: string;
  /** Kind and version of the server. */
  readonly announce: string;
  stop(): Promise<void>;
}

/**
 * The server that MONGODB_TEST_URL names, otherwise a local mongod, otherwise the stand-in, which the result then
 * mentions.
 */
export async function startServer(): Promise<Server> {
  if (process.env.MONGODB_TEST_URL || (await chooseSource()).kind === 'mongod') return startMongo();
  return startStandIn();
}

/** In its own process, so that the work of the server does not count as the client's. */
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

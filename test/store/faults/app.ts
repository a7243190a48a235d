import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ConnectionString } from 'mongodb-connection-string-url';
import type { Connection, Settings } from '../../../src/core/answers/settings.ts';
import { compiled } from '../../support/compiled.ts';
import { loadGenerated, PLAIN, STYLES } from '../../support/generated.ts';
import { Browser } from '../../support/http.ts';
import { type OwnServer, withDatabase } from '../../support/mongo/index.ts';
import type { Message, Start } from './child.ts';

export interface FaultyApp {
  browser(): Browser;
  /** Resolves when a request to /slow has loaded its session, and waits. */
  atTheGate(): Promise<void>;
  openGate(): void;
  /** Makes the app close its connections, and returns the exit code of the process, which has to end without help. */
  end(): Promise<{ exitCode: number | null; stderr: string }>;
}

type Style = Connection['style'];

export function connectionTo({ port }: Pick<OwnServer, 'port'>, style: Style): Connection {
  const connection = STYLES[style];
  return connection.style === 'host' ? { ...connection, port } : connection;
}

/** Starts an app of the given style on a server that a test can make fail. `query` is added to the URL. */
export async function startFaultyApp(
  server: Pick<OwnServer, 'port' | 'url'>,
  style: Style = 'url',
  query: Record<string, string> = {},
  options: Partial<Settings> = {},
): Promise<FaultyApp & AsyncDisposable> {
  const { folder } = await loadGenerated({
    ...PLAIN,
    ...options,
    connection: connectionTo(server, style),
  });
  const url = new ConnectionString(withDatabase(server.url, 'app'));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const start: Start = { index: await compiled(join(folder, 'index.ts')), style, url: url.href };
  const program = await compiled(join(import.meta.dirname, 'child.ts'));
  const child = fork(program, [JSON.stringify(start)], {
    env: { PATH: process.env.PATH, APP_KEYS: 'a secret of tests', MONGODB_URL: url.href },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const exit = once(child, 'exit');
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const started = await Promise.race([
    hear(child, (message) => typeof message === 'object' && message),
    exit.then(() => undefined),
  ]);
  if (!started) throw new Error(`The app ended at its start:\n${stderr}`);
  return {
    browser: () => new Browser(started.origin),
    atTheGate: async () => {
      await hear(child, (message) => message === 'at the gate');
    },
    openGate: () => void child.send('open'),
    async end() {
      child.disconnect();
      const [exitCode] = await exit;
      return { exitCode, stderr };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** The first message for which `pick` returns a value. */
function hear<T>(child: ChildProcess, pick: (message: Message) => T | false): Promise<T> {
  return new Promise((resolve) => {
    const listen = (message: Message) => {
      const picked = pick(message);
      if (picked === false) return;
      child.off('message', listen);
      resolve(picked);
    };
    child.on('message', listen);
  });
}

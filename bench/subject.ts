import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as ofDb from '../test/golden/db/expected/src/session/connection.ts';
import type * as ofMongoose from '../test/golden/mongoose/expected/src/session/connection.ts';
import type * as ofUrl from '../test/golden/url/expected/src/session/connection.ts';
import type { Sessions } from '../test/golden/url/expected/src/session/sessions.ts';
import { compiled } from '../test/support/compiled.ts';

const HERE = join(import.meta.dirname, '..');

/** The checkout that is measured: this one, or the one that BENCH_SUBJECT names, installed and built. */
export const SUBJECT = resolve(process.env.BENCH_SUBJECT ?? HERE);

/** Where the results go: those of another checkout stay out of the report of this one. */
export const RESULTS =
  SUBJECT === HERE ? join(HERE, 'bench') : join(HERE, 'node_modules', '.cache', 'bench-of-others', commit());

const { name, version, bin } = JSON.parse(readFileSync(join(SUBJECT, 'package.json'), 'utf8'));

export const PROGRAM = join(SUBJECT, bin[name]);

/** Version and commit. */
export const NAMED = `${name} ${version} (${commit()})`;

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: SUBJECT, encoding: 'utf8' }).trim();
}

/** The generated code, as the goldens hold it. */
const generated = (style: string, file: string): string =>
  join(SUBJECT, 'test', 'golden', style, 'expected', 'src', 'session', file);

/** Compiled, as in production: with tsx, each creation of a function also sets its name, which takes time. */
const load = async (file: string) => import(pathToFileURL(await compiled(file)).href);

/** By style of connection. */
export async function connectionModules(): Promise<{
  readonly url: typeof ofUrl;
  readonly db: typeof ofDb;
  readonly mongoose: typeof ofMongoose;
}> {
  const [url, db, mongoose] = await Promise.all(
    ['url', 'db', 'mongoose'].map((style) => load(generated(style, 'connection.ts'))),
  );
  return { url, db, mongoose };
}

/** The store. In older versions, it was one class in one file. */
export async function storeClass(): Promise<typeof Sessions> {
  const file = generated('url', 'sessions.ts');
  if (existsSync(file)) return (await load(file)).Sessions;
  return (await load(generated('url', 'store.ts'))).MongoSessionStore;
}

/** The compiled module that mounts the generated sessions on an app. */
export const generatedSessions = (): Promise<string> => compiled(generated('url', 'index.ts'));

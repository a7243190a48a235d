import { execFile } from 'node:child_process';
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where the servers of a run come from: a mongod on this machine, or the stand-in. */
export type Source =
  | { kind: 'mongod'; binary: string; version: string }
  | { kind: 'stand-in'; because: string };

interface FailedDownload {
  /** ms since 1970. */
  at: number;
  wanted: string;
  reason: string;
}

const HOUR_MS = 3_600_000;
const PROBE_MS = 5_000;
const DEFAULT_MIRROR = 'https://fastdl.mongodb.org';
const MEMO = fileURLToPath(
  new URL('../../../node_modules/.cache/test-mongo/failed-download.json', import.meta.url),
);

/** Which mongod the environment asks for: each value is a separate download. */
const wanted = (): string =>
  ['MONGOMS_VERSION', 'MONGOMS_DOWNLOAD_MIRROR', 'MONGOMS_DOWNLOAD_URL', 'MONGOMS_DISTRO']
    .map((name) => process.env[name] ?? '')
    .join(' ');

const proxied = (): boolean => Boolean(process.env.HTTPS_PROXY ?? process.env.https_proxy);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * A mongod if one is available: installed, cached or downloaded; otherwise the stand-in. A failed download is not
 * retried within the hour. Throws if MONGODB_TEST_REQUIRE=real and there is no mongod.
 */
export async function chooseSource(memo = MEMO): Promise<Source> {
  const source = await findSource(memo);
  if (source.kind === 'stand-in' && process.env.MONGODB_TEST_REQUIRE === 'real') {
    throw new Error(
      `MONGODB_TEST_REQUIRE=real, and no mongod can be had: ${source.because}. ` +
        'Name one by MONGOMS_SYSTEM_BINARY. MONGODB_TEST_URL alone does not do: some tests stop their server.',
    );
  }
  return source;
}

async function findSource(memo: string): Promise<Source> {
  const { DryMongoBinary } = await import('mongodb-memory-server-core');
  const present = process.env.MONGOMS_SYSTEM_BINARY ?? (await onPath());
  const binary =
    present ?? (await DryMongoBinary.locateBinary({ version: process.env.MONGOMS_VERSION ?? '' }));
  if (binary) return runnable(binary);
  const failed = await recall(memo);
  if (failed)
    return {
      kind: 'stand-in',
      because: `${failed.reason} (not tried again before ${clock(failed.at + HOUR_MS)})`,
    };
  return download(memo);
}

/** The installed mongod, unless the environment asks for a certain version. */
async function onPath(): Promise<string | undefined> {
  if (process.env.MONGOMS_VERSION) return undefined;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'mongod');
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}

async function runnable(binary: string): Promise<Source> {
  try {
    return { kind: 'mongod', binary, version: await versionOf(binary) };
  } catch (error) {
    return { kind: 'stand-in', because: `${binary} does not run: ${messageOf(error)}` };
  }
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, ['--version']);
  const version = /db version v(\S+)/.exec(stdout)?.[1];
  if (!version) throw new Error('it does not tell its version');
  return version;
}

async function download(memo: string): Promise<Source> {
  const { MongoBinary } = await import('mongodb-memory-server-core');
  try {
    await probe();
    return await runnable(await MongoBinary.getPath());
  } catch (error) {
    const reason = `the download of mongod failed: ${messageOf(error)}`;
    await remember(memo, { at: Date.now(), wanted: wanted(), reason });
    return { kind: 'stand-in', because: reason };
  }
}

/** Fails within seconds without a network; the download itself would keep trying for a long time. */
async function probe(): Promise<void> {
  if (proxied()) return;
  const address = process.env.MONGOMS_DOWNLOAD_URL ?? process.env.MONGOMS_DOWNLOAD_MIRROR ?? DEFAULT_MIRROR;
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
  } catch {
    throw new Error(`${new URL(address).host} cannot be reached`);
  }
}

async function recall(memo: string): Promise<FailedDownload | undefined> {
  const text = await readFile(memo, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const failed = parseMemo(text);
  if (!failed) return undefined;
  const recent = failed.at <= Date.now() && Date.now() - failed.at < HOUR_MS;
  return recent && failed.wanted === wanted() ? failed : undefined;
}

/** Undefined for a text that another process has not finished writing. */
function parseMemo(text: string): FailedDownload | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** If it cannot be written, the next run tries again. */
async function remember(memo: string, failed: FailedDownload): Promise<void> {
  await mkdir(dirname(memo), { recursive: true })
    .then(() => writeFile(memo, JSON.stringify(failed)))
    .catch(() => undefined);
}

const clock = (at: number): string => new Date(at).toTimeString().slice(0, 5);

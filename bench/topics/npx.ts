import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from '../child.ts';
import { inTurns, shown } from '../measure.ts';
import { packageFolder, versionOf } from '../peers.ts';
import type { Section } from '../report.ts';
import { SUBJECT } from '../subject.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
/** Generators that bundle all their code, like ours. */
const PEERS = ['create-vite', 'create-hono'];

/** How long a user waits for the first run when npm already has the package in its cache. */
export async function npx(): Promise<Section> {
  const cache = mkdtempSync(join(tmpdir(), 'bench-npx-'));
  try {
    const packages = [
      ['create-koa-mongo-session', SUBJECT],
      ...PEERS.map((name) => [name, packageFolder(name)]),
    ] as const;
    const contenders = packages.map(([name = '', folder = '']) => {
      const tarball = pack(folder, cache);
      return [name, async () => coldRun(name, tarball, cache)] as const;
    });
    const figures = await inTurns(ROUNDS, Object.fromEntries(contenders));
    return {
      title: 'The first npx',
      text: 'Time until `npm exec <package> -- --help`, which is `npx`, has ended, in ms: the package is in the cache of npm, but was never unpacked there.',
      columns: ['', 'ms'],
      rows: Object.entries(figures).map(([name, each]) => [name, shown(each, 0)]),
      versions: [
        ...PEERS.map(versionOf),
        `npm ${npm(['--version'], SUBJECT).trim()}`,
        `Node ${process.version}`,
      ],
    };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

function pack(folder: string, into: string): string {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const [packed] = Object.values<{ filename: string }>(JSON.parse(npm(args, folder)));
  if (packed === undefined) throw new Error(`npm packs nothing in ${folder}`);
  return join(into, packed.filename.replace('@', '').replace('/', '-'));
}

function coldRun(name: string, tarball: string, cache: string): number {
  rmSync(join(cache, '_npx'), { recursive: true, force: true });
  const env = { ...cleanEnvironment(), npm_config_cache: cache, npm_config_update_notifier: 'false' };
  const start = performance.now();
  const args = ['exec', '--yes', '--prefer-offline', `--package=${tarball}`, '--', name, '--help'];
  execFileSync('npm', args, { cwd: cache, env, stdio: 'pipe' });
  return performance.now() - start;
}

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, type Run, run } from '../child.ts';
import { inTurns, ratio, shown } from '../measure.ts';
import { type Packed, packPeer, packSubject } from '../pack.ts';
import { packageFolder, versionOf } from '../peers.ts';
import { type Published, startRegistry } from '../registry.ts';
import type { Section } from '../report.ts';
import { SUBJECT } from '../subject.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
/** Generators that bundle all their code, like ours. */
const PEERS = ['create-vite', 'create-hono'];

/** How long a user waits for the first run when npm already has the package in its cache. */
export async function npx(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-npx-'));
  try {
    const packages = [
      published(SUBJECT, folder, packSubject('--pack-destination', folder)),
      ...PEERS.map((name) =>
        published(packageFolder(name), folder, packPeer(name, '--pack-destination', folder)),
      ),
    ];
    const names = packages.map(({ manifest }) => manifest.name);
    const cache = join(folder, 'cache');
    const registry = await fillCache(cache, packages);
    const measured = (of: (result: Run) => number) =>
      inTurns(
        ROUNDS,
        Object.fromEntries(names.map((name) => [name, async () => of(firstRun(name, cache, registry))])),
      );
    const cpu = await measured((result) => result.cpu);
    const wall = await measured((result) => result.wall);
    const [ours = ''] = names;
    const rows = names.map((name) => [
      name,
      ...[cpu, wall].map((all) => {
        const [each, own] = [all[name], all[ours]];
        if (!each || !own) throw new Error('nothing to compare with');
        return `**${ratio(each, own)}** · ${shown(each, 0)}`;
      }),
    ]);
    return {
      title: 'The first npx',
      text: 'What `npx <package> --help` takes, in ms: the package is in the cache of npm, as a registry gave it, but was never unpacked there. CPU is that of npm and of the program. In bold, as a multiple of ours.',
      columns: ['', 'CPU', 'time'],
      rows,
      versions: [...PEERS.map(versionOf), `npm ${await npmVersion()}`, `Node ${process.version}`],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const published = (source: string, folder: string, { filename, integrity }: Packed): Published => ({
  manifest: JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')),
  tarball: join(folder, filename),
  integrity,
});

/** Runs each package once from a registry, closes the registry, and returns its URL, which the cache is keyed by. */
async function fillCache(cache: string, packages: readonly Published[]): Promise<string> {
  const registry = await startRegistry(packages);
  try {
    const env = { ...cleanEnvironment(), ...settings(cache, registry.url) };
    for (const { manifest } of packages)
      await promisify(execFile)('npx', ['--yes', manifest.name, '--help'], { cwd: join(cache, '..'), env });
    return registry.url;
  } finally {
    registry.close();
  }
}

function firstRun(name: string, cache: string, registry: string): Run {
  rmSync(join(cache, '_npx'), { recursive: true, force: true });
  return run(['npx', '--yes', '--offline', name, '--help'], { env: settings(cache, registry) });
}

const settings = (cache: string, registry: string): NodeJS.ProcessEnv => ({
  npm_config_cache: cache,
  npm_config_registry: registry,
  npm_config_update_notifier: 'false',
});

const npmVersion = async (): Promise<string> =>
  (await promisify(execFile)('npm', ['--version'])).stdout.trim();

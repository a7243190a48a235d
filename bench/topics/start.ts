import { join } from 'node:path';
import { run } from '../child.ts';
import { inTurns, ratio, shown } from '../measure.ts';
import { packageFolder, programOf, versionOf } from '../peers.ts';
import type { Section } from '../report.ts';
import { PROGRAM } from '../subject.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
/** Runs of a contender in each round. */
const TIMES = 4;
const ON_DISK = 'a new project on the disk, with what its file system takes';

/** Name → the arguments of Node; each run gets a new folder, in memory unless the name says otherwise. */
const commands = (): Readonly<Record<string, readonly string[]>> => ({
  'node -e 0': ['-e', '0'],
  'a new project': [PROGRAM, 'app', '--yes', '--no-install'],
  [ON_DISK]: [PROGRAM, 'app', '--yes', '--no-install'],
  'a new project with --dry-run': [PROGRAM, 'app', '--yes', '--dry-run'],
  '--help': [PROGRAM, '--help'],
  '--version': [PROGRAM, '--version'],
  'create-vite: a new project': [
    programOf('create-vite'),
    'app',
    '--template',
    'vanilla-ts',
    '--no-interactive',
  ],
  'create-vite --help': [programOf('create-vite'), '--help'],
  'create-hono --help': [programOf('create-hono'), '--help'],
  'sv --help': [programOf('sv'), '--help'],
  'create-t3-app --help': [programOf('create-t3-app'), '--help'],
});

const nodes = (): Readonly<Record<string, string>> => ({
  [process.version]: process.execPath,
  ...Object.fromEntries(
    ['node22', 'node24'].map((name) => [
      versionOf(name).replace(/^\S+ v?/, 'v'),
      join(packageFolder(name), 'bin/node'),
    ]),
  ),
});

/** CPU time of a whole run, including the start of Node. */
export async function start(): Promise<Section> {
  const columns: string[][] = [];
  for (const node of Object.values(nodes())) {
    const contenders = Object.entries(commands()).map(([name, args]) => {
      const place = name === ON_DISK ? 'disk' : 'memory';
      return [name, async () => run([node, ...args], { times: TIMES, place }).cpu] as const;
    });
    const figures = await inTurns(ROUNDS, Object.fromEntries(contenders));
    const bare = figures['node -e 0'];
    if (bare === undefined) throw new Error('nothing to compare with');
    columns.push(Object.values(figures).map((each) => `**${ratio(each, bare)}** · ${shown(each)}`));
  }
  return {
    title: 'A run of the program',
    text: 'CPU of a whole run as a multiple of `node -e 0`, and in ms; of the process and all that it starts. Files are written to memory, if there is a folder in it. The goals are 2.8 for a new project, 1.5 for `--help` and 1.1 for `--version`.',
    columns: ['', ...Object.keys(nodes()).map((version) => `Node ${version}`)],
    rows: Object.keys(commands()).map((name, at) => [name, ...columns.map((column) => column[at] ?? '')]),
    versions: ['create-vite', 'create-hono', 'sv', 'create-t3-app'].map(versionOf),
  };
}

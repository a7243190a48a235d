import '../support/rerun/faults.ts';
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { parseFlags } from '../../src/flags.ts';
import { folderKindAt } from '../../src/io/read/folder-kind.ts';
import { isInUse } from '../../src/io/read/root.ts';
import { main } from '../../src/main.ts';
import { temporaryFolder } from '../support/program.ts';
import { type Calls, heal, injectFault } from '../support/rerun/faults.ts';
import { representativeCalls } from '../support/rerun/representative.ts';
import { wholeSnapshot } from '../support/rerun/scenario.ts';
import { fc, sample } from '../support/sampling.ts';
import { type Tree, writeTree } from '../support/tree.ts';

/*
 * The whole program in an existing project with everything that it reads: each system error gets a message at the place
 * where it occurs, which names the file. None reaches the general handler of unexpected errors.
 */

const PROJECT: Tree = {
  'package.json': '{ "name": "shop", "type": "module", "dependencies": { "koa": "^3.0.0" } }\n',
  'tsconfig.json': '{ "extends": "./tsconfig.base.json", "include": ["src"] }\n',
  'tsconfig.base.json':
    '{ "compilerOptions": { "module": "nodenext", "outDir": "dist", "rootDir": "src" } }\n',
  'src/main.ts': "import Koa from 'koa';\n\nexport const app = new Koa();\n",
  '.gitignore': 'node_modules/\n',
  'README.md': '# Shop\n',
};
const FIRST = ['--yes', '--no-install', '-c', 'db'];
const LATER = ['--yes', '--no-install', '--dir', 'src/lib', '--user-key', 'userId'];

/** Runs the program in this process, and returns its result. */
async function carryOut(
  project: string,
  args: readonly string[],
): Promise<{ exitCode: number; said: string }> {
  const flags = parseFlags([...args, '--json', ...(args.includes('undo') ? [] : [project])], {});
  if (flags.command === 'text') throw new Error('no run');
  try {
    const { exitCode, problem = '' } = await main({ ...flags, directory: project });
    return { exitCode, said: problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { exitCode: error.exitCode, said: error.message };
  }
}

/** All files except locks, the data of `undo`, and the random keys in `.env`. */
function state(project: string): Tree {
  const entries = Object.entries(wholeSnapshot(project));
  const same = entries.map(([path, text]): [string, string] => [path, path === '.env' ? 'keys' : text]);
  return Object.fromEntries(same.filter(([path]) => !/^\.koa-mongo-session\/(undo|lock-)/.test(path)));
}

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

const ERRORS = ['EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EDQUOT', 'EROFS'] as const;
const SAMPLED = 8;

const SITUATIONS: readonly {
  readonly name: string;
  readonly before: readonly string[][];
  readonly args: string[];
}[] = [
  { name: 'the first run', before: [], args: FIRST },
  { name: 'a later run', before: [FIRST], args: LATER },
  { name: '--check', before: [FIRST], args: [...LATER, '--check'] },
  { name: 'undo', before: [FIRST, LATER], args: ['undo'] },
];

test.each(SITUATIONS)(
  '$name: any failing call gets a message, and nothing is half done',
  async ({ before, args }) => {
    const home = await temporaryFolder();
    const template = writeTree(join(home, 'template'), PROJECT);
    for (const earlier of before) expect(await carryOut(template, earlier)).toMatchObject({ exitCode: 0 });
    const copy = (name: string) => {
      cpSync(template, join(home, name), { recursive: true });
      return join(home, name);
    };
    const counted = injectFault({ root: copy('counted'), fault: '', of: 'all', at: 0 });
    const { exitCode: usual } = await carryOut(join(home, 'counted'), args);
    heal();
    const after = state(join(home, 'counted'));
    const calls = representativeCalls(counted);
    expect(calls.length).toBeGreaterThan(40);
    const errors = fc.sample(fc.constantFrom(...ERRORS), calls.length);
    const faults = calls.map((at, index) => ({ fault: errors[index] ?? 'EIO', of: 'all', at }) as const);
    for (const fault of sample(faults, SAMPLED)) {
      const root = copy(`${fault.fault}-${fault.at}`);
      const met: Calls = injectFault({ ...fault, root });
      try {
        const { exitCode, said } = await carryOut(root, args).finally(heal);
        if (met.hit === undefined) continue;
        expect({ exitCode, said }).toSatisfy(() => exitCode === usual || exitCode === 4);
        if (exitCode === 4)
          expect(said).toMatch(/Nothing was written|Everything is as it was before|put back/);
        removeLocks(root);
        if (exitCode === 4) expect(await carryOut(root, args)).toMatchObject({ exitCode: usual });
        expect(state(root)).toEqual(after);
      } catch (cause) {
        throw new Error(`${fault.fault} at call ${fault.at}, ${met.hit}`, { cause });
      }
      rmSync(root, { recursive: true });
    }
  },
);

/** The run has ended even if it could not remove its lock, but this process continues. */
function removeLocks(project: string): void {
  const folder = join(project, '.koa-mongo-session');
  for (const name of readdirSync(project).includes('.koa-mongo-session') ? readdirSync(folder) : [])
    if (name.startsWith('lock-'))
      renameSync(join(folder, name), join(folder, name.replace(/-\d+-/, `-${2 ** 22 + 1}-`)));
}

describe('a check before the run', () => {
  test.each([
    ['whether a folder is in use', isInUse],
    ['what is at the path', folderKindAt],
  ])('%s: a system error gets a message', async (_, look) => {
    const root = writeTree(await temporaryFolder(), PROJECT);
    injectFault({ root, fault: 'EIO', of: 'all', at: 1 });
    try {
      expect(() => look(root)).toThrow(
        expect.objectContaining({
          exitCode: 4,
          message: expect.stringMatching(/^Cannot read .*: the disk failed\. Nothing was written\.$/),
        }),
      );
    } finally {
      heal();
    }
  });
});

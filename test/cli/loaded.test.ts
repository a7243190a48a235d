import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { runAsProcess, temporaryFolder } from '../support/program.ts';

/** Writes down at the end which files and which modules of Node's own a process has loaded. */
const HOOK = `process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify({
    files: Object.keys(require.cache),
    modules: process.moduleLoadList,
  })));`;

async function loadedBy(args: readonly string[]): Promise<{ files: string[]; modules: string[] }> {
  const folder = await temporaryFolder();
  const [hook, loaded] = [join(folder, 'hook.cjs'), join(folder, 'loaded.json')];
  writeFileSync(hook, HOOK);
  await runAsProcess(args, { cwd: folder, env: { NODE_OPTIONS: `--require ${hook}`, LOADED: loaded } });
  const { files, modules } = JSON.parse(readFileSync(loaded, 'utf8'));
  return { files: files.map((file: string) => basename(file)), modules };
}

test('a first run loads neither prompts nor what reads, compares or edits the files of others', async () => {
  const { files, modules } = await loadedBy(['app', '--yes', '--no-install']);
  expect(files).toContain('main.cjs');
  const spared = [
    'prompts.cjs',
    'lines.cjs',
    'get-tsconfig.cjs',
    'diff.cjs',
    'node-diff3.cjs',
    'jsonc-parser.cjs',
  ];
  expect(files.filter((file) => spared.includes(file))).toEqual([]);
  const costly = ['child_process', 'worker_threads', 'readline', 'stream/consumers', 'timers/promises'].map(
    (name) => `NativeModule ${name}`,
  );
  expect(modules.filter((name) => costly.includes(name))).toEqual([]);
});

test('--help loads no more than the options, --version nothing', async () => {
  expect((await loadedBy(['--help'])).files).not.toContain('main.cjs');
  expect((await loadedBy(['--version'])).files).not.toContain('run.cjs');
});

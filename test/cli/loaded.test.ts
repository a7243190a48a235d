import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { runAsProcess, temporaryFolder } from '../support/program.ts';

/** Preloaded: at the end, writes the list of files and Node modules that the process has loaded. */
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

test('a first run loads no prompts, and no code that reads, compares or edits existing files', async () => {
  const { files, modules } = await loadedBy(['app', '--yes', '--no-install']);
  const program = files.filter((file) => file.endsWith('.cjs') && file !== 'hook.cjs');
  expect(program).toEqual(['create-koa-mongo-session.cjs', 'cli.cjs', 'start.cjs', 'run.cjs']);
  const costly = ['child_process', 'worker_threads', 'readline', 'stream/consumers', 'timers/promises'].map(
    (name) => `NativeModule ${name}`,
  );
  expect(modules.filter((name) => costly.includes(name))).toEqual([]);
});

test('--help loads only the options, --version nothing', async () => {
  expect((await loadedBy(['--help'])).files).not.toContain('run.cjs');
  expect((await loadedBy(['--version'])).files).not.toContain('start.cjs');
});

test('the package, which a first `npx` downloads, has less than 150 kB', async () => {
  const args = ['pack', '--dry-run', '--ignore-scripts', '--json'];
  const { stdout } = await execa('npm', args, { cwd: join(import.meta.dirname, '../..') });
  expect(JSON.parse(stdout)[0].size).toBeLessThan(150_000);
});

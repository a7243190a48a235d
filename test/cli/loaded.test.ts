import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { Coverage } from '../../scripts/eager-plugin.ts';
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

test('nearly every function that a first run calls is compiled with its file, since it is in parentheses', async () => {
  const folder = await temporaryFolder();
  const coverage = join(folder, 'coverage');
  await runAsProcess(['app', '--yes', '--no-install'], { cwd: folder, env: { NODE_V8_COVERAGE: coverage } });
  const [report = ''] = readdirSync(coverage);
  const { result }: Coverage = JSON.parse(readFileSync(join(coverage, report), 'utf8'));
  const { url = '', functions = [] } = result.find((each) => each.url.endsWith('/dist/run.cjs')) ?? {};
  const code = readFileSync(fileURLToPath(url), 'utf8');
  // The first function is the file itself.
  const called = functions.slice(1).filter(({ ranges: [whole] }) => whole.count > 0);
  const before = called.map(({ ranges: [{ startOffset: at }] }) => code.slice(at - 2, at + 15));
  const twice = before.filter((text) => !/^[^\w$)\]]\((?:async )?function/.test(text));
  expect(called.length).toBeGreaterThan(300);
  expect(twice.length).toBeLessThan(called.length / 10);
});

test('the package, which a first `npx` downloads, has less than 150 kB', async () => {
  const args = ['pack', '--dry-run', '--ignore-scripts', '--json'];
  const { stdout } = await execa('npm', args, { cwd: join(import.meta.dirname, '../..') });
  expect(JSON.parse(stdout)[0].size).toBeLessThan(150_000);
});

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { brokenProgram } from '../support/other-programs.ts';
import { filesIn, runAsProcess, temporaryFolder } from '../support/program.ts';

/** A template that names a value that does not exist. */
const MISTAKE = { '"call","literal","collection"': '"call","literal","colection"' };
const ROOT = join(import.meta.dirname, '../..');
const ARGS = ['app', '-c', 'url', '--url', 'mongodb://ann:tiger@127.0.0.1/shop'];

/** Runs a program with the mistake. */
async function runBroken(args: readonly string[], env: Record<string, string> = {}) {
  const cwd = await temporaryFolder();
  const end = await runAsProcess(args, { cwd, env, program: brokenProgram(MISTAKE) });
  expect(await filesIn(cwd)).toEqual([]);
  expect(end.stdout + end.stderr).not.toContain('tiger');
  return end;
}

test('the message for an unexpected error says where to report it, and what to include', async () => {
  const { exitCode, stdout, stderr } = await runBroken(ARGS);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe(`error: this is a bug in create-koa-mongo-session. Please report it:
  ${manifest.bugs.url}
with the command that you ran, without passwords, and with this:
  create-koa-mongo-session ${manifest.version}, Node.js ${process.version}, ${process.platform} ${process.arch}
and what the same command says with DEBUG=1 before it.
`);
});

test('with DEBUG=1, it includes the error and its stack', async () => {
  const { exitCode, stderr } = await runBroken(ARGS, { DEBUG: '1' });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Please report it:[\s\S]*colection[\s\S]*\n +at .*run\.cjs/);
});

test('the stack can be translated to locations in src/', async () => {
  const { stderr } = await runBroken(ARGS, { DEBUG: '1' });
  const { stdout } = await execa('npm', ['run', '--silent', 'stack'], { input: stderr, cwd: ROOT });
  expect(stdout).toMatch(/colection\n[\s\S]* at src\/core\/render\/render\.ts:\d+:\d+\n/);
});

test('with --json, it is also the only value on standard output', async () => {
  const { exitCode, stdout } = await runBroken([...ARGS, '--json']);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    exitCode: 1,
    error: { message: expect.stringContaining(manifest.bugs.url) },
  });
});

test('the address for reports comes from package.json, where the owner is filled in', () => {
  expect(manifest.bugs.url).toMatch(/^https:\/\/github\.com\/[\w-]+\/create-koa-mongo-session\/issues$/);
  expect(manifest.homepage).toMatch(/^https:\/\//);
});

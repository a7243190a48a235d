import { expect, test } from 'vitest';
import { filesIn, readIn, run, runAtTerminal, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

const APP = "import Koa from 'koa';\n\nconst app = new Koa();\n";
const URL = ['-c', 'url', '--url', 'mongodb://127.0.0.1:27017/shop'];
const ANSWERED = [...URL, '--collection', 'sessions', '--ttl', '14d', '--no-install'];

test.each([
  { answer: 'y', becomes: expect.stringContaining('const app = new Koa();\nsessions(app);\n') },
  { answer: 'n', becomes: APP },
])('--mount shows its edit, and makes it only after a yes: $answer', async ({ answer, becomes }) => {
  const cwd = writeTree(await temporaryFolder(), {
    'package.json': '{"type":"module","dependencies":{"koa":"^3.0.0"}}',
    'src/app.js': APP,
  });
  const terminal = runAtTerminal(['.', ...ANSWERED, '--mount'], { cwd });
  await terminal.answer('Change anything else?', '');
  await terminal.sees('+sessions(app);');
  await terminal.answer('Edit src/app.js like this?', answer);
  await terminal.answer('Write this?', 'y');
  expect(await terminal.ended).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, 'src/app.js')).toEqual(becomes);
  expect(await filesIn(cwd)).toContain('src/session/store.ts');
});

test('--mount edits the app that was written after a first run with --no-app', async () => {
  const cwd = await temporaryFolder();
  expect(await run(['.', ...ANSWERED, '--no-app', '--yes'], { cwd })).toMatchObject({ exitCode: 0 });
  writeTree(cwd, { 'src/main.ts': APP });
  expect(await run(['.', '--mount', '--yes', '--no-install'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readIn(cwd, 'src/main.ts')).toContain('const app = new Koa();\nsessions(app);\n');
});

import { expect, test } from 'vitest';
import { filesIn, run, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

/** Imitates how Yarn's Plug'n'Play changes file handles. */
const PNP = `
const { open } = require('node:fs/promises');
open(__filename).then(async (handle) => {
  const missing = () => { throw new Error('Method not implemented.'); };
  Object.assign(Object.getPrototypeOf(handle), { sync: missing, datasync: missing, utimes: missing });
  await handle.close();
});
`;

test('the program runs under Yarn, whose file handles cannot be synced', async () => {
  const cwd = writeTree(await temporaryFolder(), { 'pnp.cjs': PNP, 'app/README.md': '' });
  const env = { NODE_OPTIONS: `--require ${cwd}/pnp.cjs` };
  expect(await run(['app', '--yes'], { cwd, env })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await filesIn(`${cwd}/app`)).toContain('src/session/store.ts');
});

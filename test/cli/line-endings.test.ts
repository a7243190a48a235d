import { expect, test } from 'vitest';
import { STATE_DIR } from '../../src/core/project/state-folder.ts';
import { linkPackages } from '../support/packages.ts';
import { filesIn, readIn, run, temporaryFolder } from '../support/program.ts';
import { writeTree } from '../support/tree.ts';

const PACKAGE = '{\r\n\t"name": "shop",\r\n\t"devDependencies": { "prettier": "*" }\r\n}\r\n';
const MERGED = 'src/session/index.ts';
const RESTORED = 'src/session/errors.ts';
/** Formatted as it is. */
const EDIT = 'export const mine = 1;\r\n';

test('files are created with the CRLF and the tabs of Prettier; later runs keep the line endings of each file', async () => {
  const settings = {
    '.editorconfig': 'root = true\r\n\r\n[*]\r\nend_of_line = crlf\r\nindent_style = tab\r\n',
  };
  const cwd = writeTree(await temporaryFolder(), { 'package.json': PACKAGE, ...settings });
  linkPackages(cwd, PACKAGE);
  expect(await run(['--yes', '--app'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  const documents = ['src/session/README.md', `${STATE_DIR}/manifest.json`, `${STATE_DIR}/base/README.md`];
  expect(await misformatted(cwd, ['src/app.ts', MERGED, ...documents])).toEqual([]);

  const inLf = (await readIn(cwd, RESTORED)).replaceAll('\r\n', '\n');
  writeTree(cwd, { [MERGED]: (await readIn(cwd, MERGED)) + EDIT, [RESTORED]: `${inLf}// Mine\n` });
  const { stdout } = await run(['--ttl', '2d', '--no-app', '--restore', RESTORED], { cwd });
  expect(stdout).toMatch(/updated +src\/session\/README\.md\n.* merged +src\/session\/index\.ts/);
  expect(await readIn(cwd, MERGED)).toContain(EDIT);
  expect(await misformatted(cwd, [MERGED, ...documents])).toEqual([]);
  expect(await readIn(cwd, RESTORED)).toBe(inLf);
  expect(await filesIn(cwd)).not.toContain('src/app.ts');
  expect(await run(['--check'], { cwd })).toMatchObject({ exitCode: 0 });
});

/** The files that `prettier --check` would report. */
async function misformatted(cwd: string, paths: readonly string[]): Promise<string[]> {
  const { check, resolveConfig } = await import('prettier');
  const found: string[] = [];
  for (const path of paths) {
    const filepath = `${cwd}/${path}`;
    const config = await resolveConfig(filepath, { editorconfig: true });
    if (!(await check(await readIn(cwd, path), { ...config, filepath }))) found.push(path);
  }
  return found;
}

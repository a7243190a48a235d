import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatAll } from '../../../src/io/read/format.ts';
import { linkPackages } from '../../support/packages.ts';
import { temporaryFolder } from '../../support/program.ts';
import { writeTree } from '../../support/tree.ts';

test('a package.json around the project that cannot be read hides none of the others', async () => {
  const packageJson = '{"devDependencies":{"prettier":"*"}}';
  const workspace = writeTree(await temporaryFolder(), { 'package.json': packageJson });
  linkPackages(workspace, packageJson);
  mkdirSync(join(workspace, 'packages/package.json'), { recursive: true });

  const formatted = await formatAll(join(workspace, 'packages/api'), [{ path: 'app.ts', text: "f( 'a' )" }]);

  expect([...formatted.values()]).toEqual(['f("a");\n']);
});

test('.prettierrc wins over a Biome without settings', async () => {
  const packageJson = '{"devDependencies":{"prettier":"*","@biomejs/biome":"*"}}';
  const root = writeTree(await temporaryFolder(), {
    'package.json': packageJson,
    '.prettierrc': '{"semi":false,"singleQuote":true}',
  });
  linkPackages(root, packageJson);
  const formatted = await formatAll(root, [{ path: 'app.ts', text: 'f("a");' }]);
  expect([...formatted.values()]).toEqual(["f('a')\n"]);
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { formatAll } from '../../../src/io/read/format.ts';
import { linkPackages } from '../../support/packages.ts';
import { temporaryFolder } from '../../support/program.ts';
import { writeTree } from '../../support/tree.ts';

test('an unreadable package.json in a parent folder does not hide the others', async () => {
  const packageJson = '{"devDependencies":{"prettier":"*"}}';
  const workspace = writeTree(await temporaryFolder(), { 'package.json': packageJson });
  linkPackages(workspace, packageJson);
  mkdirSync(join(workspace, 'packages/package.json'), { recursive: true });

  const formatted = await formatAll(join(workspace, 'packages/api'), [{ path: 'app.ts', text: "f( 'a' )" }]);

  expect([...formatted.values()]).toEqual(['f("a");\n']);
});

test.each([
  { file: '.prettierrc', first: 'Prettier', indent: '    ' },
  { file: '.prettierrc.yaml', first: 'Prettier', indent: '    ' },
  { file: '.prettierrc.old', first: 'Biome', indent: '\t' },
])('$first formats a project that has both, and only the settings $file', async ({ file, indent }) => {
  const packageJson = '{"devDependencies":{"prettier":"*","@biomejs/biome":"*"}}';
  const root = writeTree(await temporaryFolder(), { 'package.json': packageJson, [file]: '{"tabWidth":4}' });
  linkPackages(root, packageJson);
  const formatted = await formatAll(root, [{ path: 'app.ts', text: 'if (a) {\nf();\n}' }]);
  expect([...formatted.values()]).toEqual([`if (a) {\n${indent}f();\n}\n`]);
});

test.each([
  { name: '@biomejs/biome', settings: { 'biome.json': '{"formatter":{"lineEnding":"crlf"}}' } },
  { name: 'prettier', settings: { '.prettierrc': '{"endOfLine":"crlf"}' } },
  { name: 'prettier', settings: { '.editorconfig': 'root = true\n[*.ts]\nend_of_line = crlf\n' } },
])('a text has the line endings that $name gives it: $settings', async ({ name, settings }) => {
  const packageJson = JSON.stringify({ devDependencies: { [name]: '*' } });
  const root = writeTree(await temporaryFolder(), { 'package.json': packageJson, ...settings });
  linkPackages(root, packageJson);
  const formatted = await formatAll(root, [{ path: 'app.ts', text: 'f();\ng();\n' }]);
  expect([...formatted.values()]).toEqual(['f();\r\ng();\r\n']);
});

test('a plugin of the project is found from any folder', async () => {
  const packageJson = '{"devDependencies":{"prettier":"*"}}';
  const root = writeTree(await temporaryFolder(), {
    'package.json': packageJson,
    '.prettierrc': '{"plugins":["prettier-plugin-own"]}',
    'node_modules/prettier-plugin-own/package.json': '{"main":"index.js"}',
    'node_modules/prettier-plugin-own/index.js': `module.exports = {
      languages: [{ name: 'own', parsers: ['own'], extensions: ['.ts'] }],
      parsers: { own: { parse: (text) => ({ text }), astFormat: 'own' } },
      printers: { own: { print: ({ node }) => node.text + '!' } },
    };`,
  });
  linkPackages(root, packageJson);
  const formatted = await formatAll(root, [{ path: 'app.ts', text: 'f();' }]);
  expect([...formatted.values()]).toEqual(['f();!']);
});

test.each([
  { what: 'prints', does: `console.log('printed'); console.error('printed');` },
  { what: 'throws', does: `throw new Error('never');` },
  { what: 'answers nonsense', does: 'return 7;' },
  { what: 'never answers', does: 'return new Promise(() => {});' },
  { what: 'ends its process', does: 'process.exit(7);' },
])('a formatter that $what does no harm', async ({ does }) => {
  const root = writeTree(await temporaryFolder(), {
    'package.json': '{"devDependencies":{"prettier":"*"}}',
    'node_modules/prettier/package.json': '{"name":"prettier","main":"index.js"}',
    'node_modules/prettier/index.js': `module.exports = {
      getFileInfo: async () => ({ ignored: false, inferredParser: 'babel' }),
      resolveConfig: async () => null,
      async format(text) { ${does} return text; },
    };`,
  });
  const printed: unknown[] = [];
  const print = vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(printed.push(text)));
  onTestFinished(() => print.mockRestore());
  const formatted = await formatAll(root, [{ path: 'app.ts', text: 'f();' }]);
  expect([...formatted.values()]).toEqual(['f();']);
  expect(printed).toEqual([]);
});

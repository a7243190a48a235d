import { expect, test } from 'vitest';
import { patchApp } from '../../../src/core/patch/mount.ts';
import { koaSourceIn } from '../../../src/core/project/koa-app.ts';
import { goldenNamed } from '../../support/goldens.ts';

const { settings } = goldenNamed('existing-with-js-specifiers');

const patched = (text: string) => {
  const source = koaSourceIn('src/app.ts', text);
  return patchApp(settings, source ? [source] : [], () => text)?.text;
};

test.each([
  { as: 'a path', from: '../lib/session/index.js' },
  { as: 'an alias', from: '@/lib/session' },
  { as: 'a package of the workspace', from: '@shop/session' },
])('an app that imports the sessions by $as is not changed', ({ from }) => {
  const text = `import Koa from 'koa';\nimport { sessions } from '${from}';\nconst app = new Koa();\nsessions(app);\n`;
  expect(patched(text)).toBeUndefined();
  expect(patched("import Koa from 'koa';\nconst app = new Koa();\n")).toContain('sessions(app);');
});

const IMPORT = "import Koa from 'koa';\n";

test.each([
  { what: 'a variable', text: 'const app = new Koa({ proxy: true });', call: 'sessions(app);' },
  {
    what: 'an app that is also exported',
    text: 'const app = module.exports = new Koa();',
    call: 'sessions(app);',
  },
  {
    what: 'the same in parentheses',
    text: 'const app = (module.exports = new Koa());',
    call: 'sessions(app);',
  },
  { what: 'the exports', text: 'module.exports = new Koa();', call: 'sessions(module.exports);' },
  {
    what: 'a variable that was declared before',
    text: 'let app;\nfunction start() {\n  app = new Koa();\n}',
    call: '  sessions(app);',
  },
  {
    what: 'a field that is set in the constructor',
    text: 'class Shop {\n  constructor() {\n    this.app = new Koa();\n  }\n}',
    call: '    sessions(this.app);',
  },
])('the call is added after the creation of $what', ({ text, call }) => {
  const lines = patched(`${IMPORT}${text}\n`)?.split('\n') ?? [];
  const made = lines.findIndex((line) => line.includes('new Koa'));
  expect(lines[made + 1]).toBe(call);
});

test.each([
  {
    what: 'a declaration with commas at line ends',
    text: "const Koa = require('koa'),\n  path = require('path');\n\nconst app = new Koa();\n",
    before: "  path = require('path');",
  },
  {
    what: 'a declaration with commas at line starts',
    text: "const Koa = require('koa')\n  , path = require('path')\n\nconst app = new Koa()\n",
    before: "  , path = require('path')",
  },
  {
    what: 'an import over several lines',
    text: "import Koa from 'koa';\nimport {\n  a,\n} from './a.js';\n\nconst app = new Koa();\n",
    before: "} from './a.js';",
  },
])('the import is added after $what', ({ text, before }) => {
  const lines = patched(text)?.split('\n') ?? [];
  expect(lines[lines.findIndex((line) => line.includes('{ sessions }')) - 1]).toBe(before);
});

test('an app created by an inline require() gets the sessions', () => {
  expect(patched("const app = new (require('koa'))();\n")).toBe(
    "const { sessions } = require('../lib/session/index.js');\nconst app = new (require('koa'))();\nsessions(app);\n",
  );
});

test.each([
  { text: 'const one = 1\n  , app = new Koa()\n  , two = 2', says: 'continues after that line' },
  { text: 'const app = new Koa(), port = 3000;', says: 'continues after that line' },
  { text: 'class Shop {\n  app = new Koa();\n}', says: 'is a field of a class' },
  { text: 'class Shop {\n  private readonly app: Koa = new Koa();\n}', says: 'is a field of a class' },
  { text: 'class Shop {\n  #port = 1;\n\n  #app = new Koa();\n}', says: 'is a field of a class' },
  {
    text: 'class Shop extends Koa<State> {}\nexport const app = new Shop();',
    says: 'src/app.ts:2 is a class that extends Koa; call sessions() with `this` in its constructor, directly after `super()`',
  },
  { text: 'const app = new Koa()\n  .use(home);', says: 'continues after that line' },
  { text: 'const app = new Koa({\n  proxy: true,\n});', says: 'continues after that line' },
  { text: 'export default new Koa();', says: 'has no name' },
  { text: 'if (on) { const app = new Koa(); }', says: 'continues after that line' },
])('nothing is edited if there is no place for the call: $text', ({ text, says }) => {
  expect(() => patched(`${IMPORT}${text}\n`)).toThrow(says);
});

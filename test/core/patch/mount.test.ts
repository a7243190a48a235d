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
])('an app that has the sessions by $as is left as it is', ({ from }) => {
  const text = `import Koa from 'koa';\nimport { sessions } from '${from}';\nconst app = new Koa();\nsessions(app);\n`;
  expect(patched(text)).toBeUndefined();
  expect(patched("import Koa from 'koa';\nconst app = new Koa();\n")).toContain('sessions(app);');
});

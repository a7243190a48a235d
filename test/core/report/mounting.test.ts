import { describe, expect, test } from 'vitest';
import { koaSourceIn } from '../../../src/core/project/koa-app.ts';
import { envLoading } from '../../../src/core/report/env-loading.ts';
import { mountingOf } from '../../../src/core/report/mounting.ts';
import { PLAIN, STYLES } from '../../support/generated.ts';

const REQUIRED = "const Koa = require('koa');\nconst server = new Koa();\n";
const IMPORTED = "import Koa from 'koa';\nexport const app = new Koa();\n";

function mountingIn(path: string, text: string, settings: Partial<typeof PLAIN> = {}) {
  const source = koaSourceIn(path, text);
  return mountingOf({ ...PLAIN, ...settings }, source ? [source] : []);
}

describe('the lines that mount sessions', () => {
  test.each([
    {
      path: 'src/app.ts',
      text: IMPORTED,
      lines: ["import { sessions } from './session/index.ts';", 'sessions(app);'],
    },
    {
      path: 'index.js',
      text: REQUIRED,
      lines: ["const { sessions } = require('./src/session/index.ts');", 'sessions(server);'],
    },
    {
      path: 'lib/web/app.mjs',
      text: IMPORTED,
      lines: ["import { sessions } from '../../src/session/index.ts';", 'sessions(app);'],
    },
  ])('in $path', ({ path, text, lines }) => {
    expect(mountingIn(path, text)).toMatchObject({ mount: lines, mountIn: `${path}:2` });
  });

  test.each([
    {
      text: 'class Shop {\n  private readonly app = new Koa();\n}\n',
      call: 'sessions(this.app);',
      within: 'field',
    },
    {
      text: 'export class Shop extends Koa {\n  constructor() {\n    super();\n  }\n}\n',
      call: 'sessions(this);',
      within: 'class',
    },
    { text: 'const app = new Koa({ proxy: on() }).use(home);\n', call: 'sessions(app);', within: 'chain' },
    { text: 'const app = new Koa({ proxy: on() });\n', call: 'sessions(app);', within: undefined },
  ])('fit an app that is created by $text', ({ text, call, within }) => {
    const { mount, ...mounting } = mountingIn('src/app.ts', `import Koa from 'koa';\n${text}`);
    expect({ call: mount.at(-1), within: mounting.within }).toEqual({ call, within });
  });

  test('show what to pass as the database', () => {
    const mount = (style: 'db' | 'mongoose') =>
      mountingOf({ ...PLAIN, connection: STYLES[style] }, []).mount.at(-1);
    expect([mount('db'), mount('mongoose')]).toEqual([
      'sessions(app, client.db());',
      'sessions(app, mongoose.connection);',
    ]);
  });

  test('name the other session middleware that they replace', () => {
    const text = `${IMPORTED}import session from 'koa-session';\n`;
    expect(mountingIn('src/app.ts', text).instead).toBe('src/app.ts:3 (koa-session)');
  });

  test('assume a file next to the session folder if no app is found', () => {
    expect(mountingOf(PLAIN, [])).toMatchObject({
      mount: ["import { sessions } from './session/index.ts';", 'sessions(app);'],
      mountIn: 'src/',
    });
  });
});

describe('.env is loaded', () => {
  const project = PLAIN.project;
  test.each([
    { scripts: { start: 'node dist/index.js' }, says: ['"start": "node --env-file=.env dist/index.js"'] },
    {
      scripts: { start: 'npm run build && node .', dev: 'tsx watch src/app.ts' },
      says: [
        '"start": "npm run build && node --env-file=.env ."',
        '"dev": "tsx watch --env-file=.env src/app.ts"',
      ],
    },
    { scripts: { start: 'node --env-file=.env .' }, says: [] },
    { scripts: { start: 'node -r dotenv/config .' }, says: [] },
    {
      scripts: { start: 'node .' },
      packages: { dotenv: '16' },
      says: ['dotenv is installed: load it before the app is created'],
    },
    { scripts: { start: 'nodemon app.js' }, says: ['"start": "nodemon --env-file=.env app.js"'] },
    { scripts: { start: 'nodemon --exec ts-node src/app.ts' }, says: ['node --env-file=.env …'] },
    { scripts: {}, says: ['node --env-file=.env …'] },
  ])('by $scripts', ({ scripts, packages = {}, says }) => {
    expect(
      envLoading(
        { project, app: false },
        scripts as Record<string, string>,
        packages as Record<string, string>,
      ),
    ).toEqual(says);
  });

  test('by Bun without a flag', () => {
    expect(envLoading({ project: { ...project, manager: 'bun' }, app: false }, {}, {})).toEqual([]);
  });
});

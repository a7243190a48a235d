import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { compiled } from '../../support/compiled.ts';
import { loadGenerated, PLAIN } from '../../support/generated.ts';

const APP = fileURLToPath(new URL('logging-app.ts', import.meta.url));
const ENCRYPTION_KEY = Buffer.alloc(32, 'marker-of-the-key');

test.each([
  { middleware: 'koa-session', env: { NODE_DEBUG: 'koa-session*' } },
  { middleware: 'koa-session6', env: { DEBUG: 'koa-session*', DEBUG_COLORS: 'no' } },
])('13. $middleware logs its options without any secret of the store', async ({ middleware, env }) => {
  const { folder } = await loadGenerated({ ...PLAIN, encrypt: true });
  const moduleAt = async (name: string) => pathToFileURL(await compiled(join(folder, `${name}.ts`))).href;
  const [connection, sessions] = [await moduleAt('connection'), await moduleAt('sessions')];
  const { all } = await execa('node', [await compiled(APP), middleware, connection, sessions], {
    all: true,
    env: {
      ...env,
      MONGODB_URL: 'mongodb://ann:marker-of-the-password@127.0.0.1/app',
      SESSION_ENCRYPTION_KEYS: ENCRYPTION_KEY.toString('base64'),
    },
  });
  expect(all).toMatch(/session options \{.*"store":\{\}/);
  expect(all).toContain('Sessions {}');
  const secrets = [
    'marker',
    ENCRYPTION_KEY.toString('base64'),
    ENCRYPTION_KEY.toString('hex'),
    '6d 61 72 6b',
  ];
  for (const secret of secrets) expect(all).not.toContain(secret);
});

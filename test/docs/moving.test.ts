import { expect, test } from 'vitest';
import { OLD_APPS } from '../adopt/old-apps.ts';
import { textOf } from './documents.ts';

const rows = textOf('docs/moving.md')
  .split('\n')
  .filter((line) => line.startsWith('| koa-'));

test.each(OLD_APPS)('the table of old stores shows how to move $name', ({ name, settings, cookie }) => {
  const row = rows.find((line) => line.includes(`\`--adopt ${settings.adopt?.store}\``)) ?? '';
  const [, middleware = ''] = /under (koa-[a-z-]+)/.exec(name) ?? [];
  expect(row).toContain(middleware);
  expect(row).toContain(`\`${cookie}\``);
});

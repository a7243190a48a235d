import { expect, test } from 'vitest';
import { withoutLogins } from '../../../src/core/report/without-logins.ts';

test('a login is hidden in a message as fast as the message is long', () => {
  expect(withoutLogins('no file mongodb+srv://ann:hunter2@h/d')).toBe(
    'no file mongodb+srv://<credentials>@h/d',
  );
  const long = 'mongodb://'.repeat(1000);
  const start = performance.now();
  expect(withoutLogins(long)).toBe(long);
  expect(performance.now() - start).toBeLessThan(1000);
});

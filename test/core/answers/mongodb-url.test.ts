import fc from 'fast-check';
import { ConnectionString } from 'mongodb-connection-string-url';
import { expect, test } from 'vitest';
import { parseMongoUrl } from '../../../src/core/answers/mongodb-url.ts';

const LOGIN_PIECES = fc.constantFrom(
  ...[
    'ann',
    'pässword',
    '%40',
    '%',
    '%zz',
    '%C3',
    '&',
    '$',
    '+',
    '=',
    '!',
    ',',
    ';',
    '*',
    "'",
    '"',
    '<',
    '|',
    '\\',
  ],
  ...[':', '/', '?', '#', '[', ']'],
);
const LOGIN = fc.oneof(
  fc.constant(''),
  fc.array(LOGIN_PIECES, { maxLength: 4 }).map((pieces) => `${pieces.join('')}@`),
);
const HOST = fc
  .tuple(fc.constantFrom('h', 'db.example', '127.0.0.1', '[::1]'), fc.constantFrom('', ':1', ':27017'))
  .map((parts) => parts.join(''));
const HOSTS = fc
  .array(fc.oneof(HOST, fc.constant('%2Ftmp%2Fmongodb.sock')), { minLength: 1, maxLength: 3 })
  .map((hosts) => hosts.join(','));
const REST = fc.constantFrom('', '/', '/shop', '/shop?tls=true', '?tls=true', '/?a=%zz', '?a=@');
const URL_TEXT = fc
  .tuple(fc.constantFrom('mongodb://', 'mongodb+srv://'), LOGIN, HOSTS, REST)
  .map((parts) => parts.join(''));

/** Checked by the parser of the driver. */
function isTakenByDriver(url: string): boolean {
  try {
    new ConnectionString(url);
    return true;
  } catch {
    return false;
  }
}

test('a connection string with good hosts and names is accepted if the driver accepts it', () => {
  fc.assert(
    fc.property(URL_TEXT, (url) => {
      expect('value' in parseMongoUrl(url, undefined)).toBe(isTakenByDriver(url));
    }),
    { numRuns: 3000 },
  );
});

test('what remains without the login is accepted, too, since the manifest keeps it', () => {
  const shown = 'mongodb://h/shop?appName=shop%40web';
  expect(parseMongoUrl('mongodb://ann:pw@h/shop?appName=shop@web', undefined)).toMatchObject({
    value: { shown },
  });
  expect(parseMongoUrl(shown, undefined)).toMatchObject({ value: { shown } });
});

const UNIT = fc.constantFrom(...'ab1é:/@?=&,.[]%2+\\#');

test('the driver accepts every accepted connection string', () => {
  fc.assert(
    fc.property(fc.string({ unit: UNIT, maxLength: 20 }), (rest) => {
      const parsed = parseMongoUrl(`mongodb://${rest}`, 'shop');
      if ('problem' in parsed) return;
      expect(isTakenByDriver(parsed.value.secret ?? parsed.value.shown)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/answers/settings.ts';
import {
  composeLogin,
  composePort,
  isComposable,
  isServedByCompose,
} from '../../../src/core/render/compose.ts';

const HOST = {
  style: 'host',
  host: '127.0.0.1',
  port: 27_018,
  database: 'shop',
  tls: false,
  login: undefined,
} as const;
const ANN = { username: 'ann', authSource: 'admin' };

describe('a host', () => {
  test.each<{ connection: Connection; composable: boolean; served: boolean }>([
    { connection: HOST, composable: true, served: true },
    { connection: { ...HOST, login: ANN }, composable: true, served: true },
    { connection: { ...HOST, host: 'db.example' }, composable: false, served: false },
    { connection: { ...HOST, tls: true }, composable: false, served: false },
    { connection: { ...HOST, login: { ...ANN, authSource: 'shop' } }, composable: false, served: false },
  ])('$connection', ({ connection, composable, served }) => {
    expect(isComposable(connection)).toBe(composable);
    expect(isServedByCompose(connection)).toBe(served);
  });

  test('passes its port to compose.yaml', () => {
    expect(composePort(HOST)).toBe(27_018);
  });

  test.each([
    { username: 'ann', written: 'ann' },
    { username: 'a$b$$', written: 'a$$b$$$$' },
  ])(
    'passes the user $username to compose.yaml, where a single $ begins a variable',
    ({ username, written }) => {
      expect(composeLogin({ ...HOST, login: { ...ANN, username } })).toEqual({ username: written });
    },
  );
});

describe('a URL', () => {
  test.each([
    { url: 'mongodb://127.0.0.1/shop', composable: true, served: true },
    { url: 'mongodb://localhost:27018/shop?directConnection=true&tls=false', composable: true, served: true },
    { url: 'mongodb://127.0.0.1/shop?ssl=true', composable: false, served: false },
    { url: 'mongodb://127.0.0.1/shop?retryWrites=true&replicaSet=rs0', composable: false, served: false },
    { url: 'mongodb://127.0.0.1/shop?authSource=admin', composable: false, served: false },
    { url: 'mongodb://db.example/shop?tls=true', composable: false, served: false },
    { url: 'mongodb+srv://cluster.example/shop', composable: false, served: false },
  ])('$url', ({ url, composable, served }) => {
    expect(isComposable({ style: 'url', url })).toBe(composable);
    expect(isServedByCompose({ style: 'url', url }, url)).toBe(served);
  });

  test('with a login is not served by compose.yaml, since the login is only in .env', () => {
    const connection = { style: 'url', url: 'mongodb://127.0.0.1:27018/shop' } as const;
    expect(isServedByCompose(connection, 'mongodb://ann:pw@127.0.0.1:27018/shop')).toBe(false);
  });

  test('passes its port to compose.yaml if the host is this machine', () => {
    const ports = ['mongodb://localhost:27018/a', 'mongodb://localhost', 'mongodb://db.example:27018/a'].map(
      (url) => composePort({ style: 'url', url }),
    );
    expect(ports).toEqual([27_018, 27_017, 27_017]);
  });
});

test.each(['db', 'mongoose'] as const)('the style %s is served if the URL in .env is', (style) => {
  expect(isServedByCompose({ style }, 'mongodb://127.0.0.1:27017/app')).toBe(true);
  expect(isServedByCompose({ style }, 'mongodb://db.example/app')).toBe(false);
});

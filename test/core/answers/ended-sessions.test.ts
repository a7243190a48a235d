import { describe, expect, test } from 'vitest';
import { endedSessions, lifetimesKept } from '../../../src/core/answers/ended-sessions.ts';
import type { Answers } from '../../../src/core/answers/options.ts';
import { parseSettings } from '../../../src/core/answers/parse-settings.ts';
import { projectFacts } from '../../support/project-facts.ts';

const FACTS = projectFacts({ importExtension: 'js', isFirstRun: false });

const BEFORE: Answers = { connection: 'url', url: 'mongodb://db.example/shop' };

/** The warnings of a run, after another run with the first answers. */
function endings(change: Answers, before: Answers = BEFORE, scripts: Record<string, string> = {}): string {
  const { answers: saved } = parseSettings(before, FACTS);
  const { settings, answers } = parseSettings({ ...before, ...change }, FACTS);
  return endedSessions(settings, answers, saved, scripts).join('\n');
}

test.each([
  { change: { collection: 'logins' }, says: '--from sessions` right before you deploy, and again' },
  {
    change: { cookieName: 'sid' },
    says: '--cookie-name is sid and was koa.sess: everybody has to log in again',
  },
  { change: { encrypt: true }, says: '1. deploy with SESSION_PLAIN_TEXT=write' },
  { change: { absoluteTtl: '30d' }, says: '--absolute-ttl is 30d and was off' },
  { change: { url: 'mongodb://db.example/other' }, says: 'the database is a different one' },
  { change: { url: 'mongodb://other.example/shop' }, says: 'mongodump and mongorestore' },
])('$change causes a warning that sessions end, with what to do', ({ change, says }) => {
  expect(endings(change)).toContain(says);
});

test("where migrate:sessions is a script of the user's own, the migration is run without it", () => {
  const says = endings({ collection: 'logins' }, BEFORE, { 'migrate:sessions': 'node drop-all.js' });
  expect(says).toContain('run `npx tsx scripts/migrate-sessions.ts --from sessions`');
});

describe('another connection style', () => {
  const HOST = { connection: 'host', host: 'db.example', port: 27017, db: 'shop', url: undefined };

  test.each([
    { what: 'the same place', change: HOST, says: '' },
    {
      what: 'another host',
      change: { ...HOST, host: 'b.example' },
      says: 'Copy their collection, sessions,',
    },
    { what: 'another port', change: { ...HOST, port: 27018 }, says: 'the database is a different one' },
    { what: 'another database', change: { ...HOST, db: 'other' }, says: 'the database is a different one' },
    { what: 'a connection of the app', change: { connection: 'mongoose', url: undefined }, says: '' },
  ])('that names $what', ({ change, says }) => {
    expect(endings(change)).toMatch(says === '' ? /^$/ : says);
  });

  test('with the collection in the URL: its sessions are copied within the database', () => {
    expect(endings(BEFORE, HOST)).toBe('');
    const url = (place: string) =>
      endings({ ...HOST, connection: 'url', url: `mongodb://${place}/logins` }, HOST);
    expect(url('db.example/shop')).toContain('--from sessions');
    expect(url('db.example/shop')).not.toContain('mongodump');
    expect(url('b.example/shop')).not.toContain('--from');
    expect(url('b.example/shop')).toContain('sessions, with mongodump and mongorestore as logins');
  });
});

test.each([
  { url: 'mongodb://localhost:27017/shop' },
  { url: 'mongodb://127.0.0.1,other.example/shop?replicaSet=rs' },
])('$url is where mongodb://127.0.0.1/shop is', (change) => {
  expect(endings(change, { ...BEFORE, url: 'mongodb://127.0.0.1/shop' })).toBe('');
});

test('when encryption is turned off, the warning names the steps that log nobody out', () => {
  const says = endings({ encrypt: false }, { ...BEFORE, encrypt: true });
  expect(says).toMatch(
    /1\. deploy with SESSION_PLAIN_TEXT=read.*2\. .*=write.*3\. .*migrate:sessions` with SESSION_PLAIN_TEXT=write/s,
  );
});

test('a shorter absolute lifetime causes a warning that sessions end', () => {
  expect(endings({ absoluteTtl: '20d' }, { ...BEFORE, absoluteTtl: '30d' })).toContain('is 20d and was 30d');
});

test.each([
  { what: 'nothing new', change: {} },
  { what: 'a longer absolute lifetime', change: { absoluteTtl: '40d' } },
  { what: 'another lifetime', change: { ttl: '7d' } },
  { what: 'other options of the URL', change: { url: 'mongodb://db.example/shop?retryWrites=false' } },
  { what: 'a user key', change: { userKey: 'userId' } },
  { what: 'rolling', change: { rolling: true } },
])('$what causes no warning', ({ change }) => {
  expect(endings(change, { ...BEFORE, absoluteTtl: '30d' })).toBe('');
});

describe('the run that begins to adopt', () => {
  const ADOPTING = { adopt: 'koa-generic-session-mongo', cookieName: 'koa.sid' };

  test('does not call the collection that it adopts from, or the old name of the cookie, a thing of the past', () => {
    expect(endings({ ...ADOPTING, collection: 'koa_sessions' })).toBe('');
  });

  test('copies sessions of its own from a collection of their own', () => {
    const before = { ...BEFORE, collection: 'logins' };
    expect(endings({ ...ADOPTING, collection: 'koa_sessions' }, before)).toContain('--from logins');
  });
});

test('several changes are listed in one warning', () => {
  const says = endings({ collection: 'logins', cookieName: 'sid', encrypt: true });
  expect(says.match(/^ {2}- /gm)).toHaveLength(3);
});

test('the first run causes no warning', () => {
  const { settings, answers } = parseSettings({ ...BEFORE, encrypt: true, absoluteTtl: '30d' }, FACTS);
  expect(endedSessions(settings, answers, {}, {})).toEqual([]);
  expect(lifetimesKept(settings, {})).toEqual([]);
});

describe('a changed lifetime', () => {
  const NEXT = /at most 14d after their last renewal; their next renewal gives them the new lifetime$/;

  test.each([
    { ttl: '30d', rolling: false, says: NEXT },
    { ttl: '30d', rolling: true, says: NEXT },
    { ttl: '7d', rolling: true, says: NEXT },
    { ttl: '7d', rolling: false, says: /14d after .*; a change gives them .*only reads does not.*clear\(\)/ },
  ])('$ttl after 14d, rolling: $rolling, says when existing sessions get it', ({ says, ...change }) => {
    const { answers: saved } = parseSettings(BEFORE, FACTS);
    const { settings } = parseSettings({ ...BEFORE, ...change }, FACTS);
    expect(lifetimesKept(settings, saved)).toEqual([expect.stringMatching(says)]);
  });
});

import { describe, expect, test } from 'vitest';
import { doubtsAboutAdoption } from '../../../src/core/answers/adoption.ts';
import { problemsInAll } from '../../../src/core/answers/check.ts';
import { combineAnswers } from '../../../src/core/answers/combine.ts';
import { oldStoreIn } from '../../../src/core/answers/old-stores.ts';
import { openQuestions } from '../../../src/core/answers/open-questions.ts';
import type { Answers } from '../../../src/core/answers/options.ts';
import { parseSettings } from '../../../src/core/answers/parse-settings.ts';
import { commandOf } from '../../../src/core/answers/repeat-command.ts';
import { projectFacts } from '../../support/project-facts.ts';

const DB = { connection: 'db' };
const facts = (packages: Record<string, string> = {}, isFirstRun = true) =>
  projectFacts({ packages, isFirstRun });

/** The outcome of a run with these flags, after one that saved these answers. */
function run(given: Answers, saved: Answers = {}, packages: Record<string, string> = {}) {
  const { answers } = combineAnswers({ ...(saved.connection ? {} : DB), ...given }, saved);
  const isFirstRun = saved.connection === undefined;
  const outcome = parseSettings(answers, facts(packages, isFirstRun));
  return {
    ...outcome,
    doubts: doubtsAboutAdoption(outcome.settings, saved, facts(packages, isFirstRun)).join('\n'),
  };
}

test.each([
  [{ 'koa-session-mongo': '~1.1.0' }, 'koa-session-mongo'],
  [{ 'koa-session-store': '2' }, undefined],
  [{ 'koa-session-mongoose': '^1.0.0' }, 'koa-session-mongoose@1'],
  [{ 'koa-session-mongoose': '0.5.2', 'koa-session-store': '1' }, 'koa-session-mongoose@1'],
  [{ 'koa-session-mongoose': '^2.0.5' }, 'koa-session-mongoose'],
  [{ 'koa-session-mongoose': '>=3' }, 'koa-session-mongoose'],
  [{ 'koa-session-mongoose': '*' }, 'koa-session-mongoose'],
  [{ 'koa-generic-session': '2', 'koa-generic-session-mongo': '0.4' }, 'koa-generic-session-mongo'],
  [{ 'koa-generic-session': '^2.3.1', 'koa-redis': '^4.0.1' }, undefined],
  [{ 'koa-session-minimal': '4', 'koa-generic-session-mongo': '2' }, undefined],
  [{ 'koa-session': '^6.4.0' }, undefined],
  [{}, undefined],
])('for a project with %j, a question offers to continue with %s', (packages, store) => {
  expect(oldStoreIn(packages)).toBe(store);
  expect(openQuestions(DB, 'always', facts(packages)).includes('adopt')).toBe(store !== undefined);
  expect(openQuestions(DB, 'always', facts(packages, false))).not.toContain('adopt');
});

test('the collection of the old sessions is asked for', () => {
  expect(openQuestions({ ...DB, adopt: 'koa-session-mongo' }, 'always', facts())).toContain(
    'adoptCollection',
  );
  expect(openQuestions({ ...DB, adopt: null }, 'always', facts())).not.toContain('adoptCollection');
});

test('nothing is adopted without a request', () => {
  expect(run({}, {}, { 'koa-session-mongo': '1' }).settings).toMatchObject({
    adopt: undefined,
    collection: 'sessions',
    cookieName: 'koa.sess',
    legacyCookie: false,
  });
});

test.each([
  ['koa-session-mongo', {}, 'koa:sess'],
  ['koa-session-mongoose', { 'koa-session': '^5.13.1' }, 'koa:sess'],
  ['koa-session-mongoose', { 'koa-session': '^6.0.0' }, 'koa.sess'],
  ['koa-session-mongoose', {}, 'koa.sess'],
  ['koa-session-mongoose@1', { 'koa-session-store': '2' }, 'koa:sess'],
  ['koa-session-mongoose@1', { 'koa-generic-session': '1' }, 'koa.sid'],
  ['koa-generic-session-mongo', {}, 'koa.sid'],
])(
  '%s with %j: the cookie is called %s, and the new sessions have their own collection',
  (adopt, packages, cookieName) => {
    expect(run({ adopt }, {}, packages).settings).toMatchObject({
      adopt: { store: adopt, collection: 'sessions' },
      collection: 'koa_sessions',
      cookieName,
      legacyCookie: true,
    });
    expect(run({ adopt, cookieName: 'sid', collection: 'c' }, {}, packages).settings).toMatchObject({
      collection: 'c',
      cookieName: 'sid',
    });
  },
);

test('the cookie is called as the old app calls it', () => {
  const own = projectFacts({ packages: { 'koa-session': '^6.0.0' }, oldCookie: 'shop.sid' });
  const { settings } = parseSettings({ ...DB, adopt: 'koa-session-mongoose' }, own);
  expect(settings.cookieName).toBe('shop.sid');
});

test('version 1 of koa-session-mongoose is remembered even after the package is removed', () => {
  const first = run({ adopt: 'koa-session-mongoose' }, {}, { 'koa-session-mongoose': '^1.0.0' });
  expect(first.answers.adopt).toBe('koa-session-mongoose@1');
  expect(run({}, first.answers).settings.adopt?.store).toBe('koa-session-mongoose@1');
});

describe('contradictory answers', () => {
  test.each([
    [{ adopt: 'redis' }, '--adopt', 'must be one of koa-session-mongo, '],
    [{ adopt: 'connect-mongo' }, '--adopt', 'Koa never accepts its cookies'],
    [
      { adopt: 'koa-session-mongo', collection: 'sessions' },
      '--collection',
      'must not be that of --adopt-collection',
    ],
    [
      { adopt: 'koa-session-mongo', adoptCollection: 'koa_sessions' },
      '--collection',
      'must not be that of --adopt-collection',
    ],
    [
      { adopt: 'koa-session-mongo', connection: 'url', url: 'mongodb://h/d/sessions' },
      '--collection',
      'must not be that of --adopt-collection',
    ],
    [{ adoptCollection: 'old' }, '--adopt-collection', 'needs --adopt'],
    [{ adopt: null, adoptCollection: 'old' }, '--adopt-collection', 'needs --adopt'],
    [{ adopt: 'koa-session-mongo', legacyCookie: false }, '--legacy-cookie', 'cannot be turned off'],
  ])('%j', (given, option, rule) => {
    expect(problemsInAll({ ...DB, ...given }, facts())).toEqual([
      { option, rule: expect.stringContaining(rule) },
    ]);
  });
});

describe('when adoption is turned off', () => {
  const { answers } = run({ adopt: 'koa-session-mongo', adoptCollection: 'old' });

  test('the cookie and the collection stay the same', () => {
    const after = run({ adopt: null }, answers);
    expect(after.settings).toMatchObject({
      adopt: undefined,
      collection: 'koa_sessions',
      cookieName: 'koa:sess',
      legacyCookie: true,
    });
    expect(after.answers).not.toHaveProperty('adoptCollection');
    expect(run({}, after.answers).settings).toEqual(after.settings);
  });

  test('a warning says when that is safe, and what happens to the cookie', () => {
    const { doubts } = run({ adopt: null }, answers);
    expect(doubts).toContain('Wait until the old app is off and that collection is empty');
    expect(doubts).toContain('still in old has to log in again');
    expect(doubts).toContain('The cookie keeps its name, without `__Host-`');
    expect(run({ adopt: null, legacyCookie: false }, answers).doubts).toContain(
      'everybody has to log in again',
    );
  });

  test('`__Host-` can be added later, with a warning about its effect', () => {
    const after = run({ adopt: null }, answers).answers;
    const { settings, doubts } = run({ legacyCookie: false }, after);
    expect(settings.legacyCookie).toBe(false);
    expect(doubts).toContain('__Host-koa:sess from now on, so everybody has to log in again');
  });

  test('a run that changes nothing prints no warning', () => {
    expect(run({}, answers).doubts).toBe('');
    expect(run({}, run({ adopt: null }, answers).answers).doubts).toBe('');
    expect(run({}, run({}).answers).doubts).toBe('');
  });
});

describe('when adoption is turned on', () => {
  test('the keys of the old app are asked for', () => {
    expect(run({ adopt: 'koa-session-mongo' }).doubts).toContain('put app.keys of the old app into APP_KEYS');
  });

  test('a different or guessed cookie name causes a warning', () => {
    const before = run({}).answers;
    expect(run({ adopt: 'koa-session-mongo', collection: 'c' }, before).doubts).toContain(
      'the cookie of the old app seems to be called koa:sess, but here it is koa.sess',
    );
    expect(run({ adopt: 'koa-session-mongoose' }).doubts).toContain('from koa-session 6 on');
    expect(run({ adopt: 'koa-session-mongoose' }, {}, { 'koa-session': '6' }).doubts).not.toContain(
      'from koa-session 6 on',
    );
  });
});

test('the command that repeats a run names the store whose sessions are adopted', () => {
  const { answers } = run({ adopt: 'koa-generic-session-mongo' });
  const command = commandOf('.', answers, facts());
  expect(command).toContain('--adopt koa-generic-session-mongo');
  expect(command).not.toContain('--collection');
  expect(command).not.toContain('--cookie-name');
  expect(parseSettings({ ...DB, adopt: 'koa-generic-session-mongo' }, facts()).answers).toEqual(answers);
});

test('a later run that begins to adopt says that sessions of the app itself end', () => {
  const old = { adopt: 'koa-session-mongo' };
  const { answers } = run({});
  expect(run({ ...old, collection: 'koa_sessions' }, answers).doubts).toContain('until now end');
  expect(run(old).doubts).not.toContain('until now end');
  const wasAdopting = run({ adopt: null }, run(old).answers).answers;
  expect(run(old, wasAdopting).doubts).not.toContain('until now end');
});

import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SessionDocument } from '../golden/url/expected/src/session/collection.ts';
import { Browser } from '../support/http.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { samplePairs } from '../support/sampling.ts';
import { startNewApp } from './new-app.ts';
import { LIFETIME, OLD_APPS } from './old-apps.ts';

const { url } = useDatabase();
const client = new MongoClient(url);
const db = client.db();
afterAll(() => client.close());

/** The session data of the app, without what koa-generic-session adds. */
async function dataAt(browser: Browser, path: string): Promise<unknown> {
  const { status, text } = await browser.get(path);
  expect({ status, text }).toMatchObject({ status: 200 });
  const { cookie: _, ...data } = JSON.parse(text) ?? {};
  return data;
}

const LOGGED_IN = { userId: 7, cart: [{ 'a.b': '$1' }] };

const OTHERS = [
  'is found only under its new key after regenerate()',
  'keeps separate data in the old and the new app when both run',
  'that the new app created does not break the old app, and survives a visit there',
  'keeps its cookie after adoption is turned off',
  'ends at the same time as it would have ended in the old app',
] as const;
const tried = samplePairs(OLD_APPS, OTHERS);

describe.each(OLD_APPS)('a session of $name', (app) => {
  const { start, settings, cookie, resetsUnknown } = app;
  /** Runs the test for one of the apps; in an exhaustive run, for all. */
  const testOnce = (title: (typeof OTHERS)[number], work: () => Promise<void>) =>
    test.runIf(tried.some(([other, what]) => other === app && what === title))(title, work);

  // mongod under Wine may not answer when an index and a first document create a collection at the same time.
  beforeAll(async () => {
    for (const name of ['sessions', 'koa_sessions']) {
      await db.dropCollection(name);
      await db.createCollection(name);
    }
  });

  let oldOrigin: string;
  beforeEach(async () => {
    for (const name of ['sessions', 'koa_sessions']) await db.collection(name).deleteMany({});
    oldOrigin = await start({ db, url });
  });

  /** A browser that is logged in at the old app. */
  async function oldBrowser(): Promise<Browser> {
    const browser = new Browser(oldOrigin);
    expect(await dataAt(browser, '/login')).toEqual(LOGGED_IN);
    expect(await dataAt(browser, '/view')).toEqual({ ...LOGGED_IN, views: 1 });
    return browser;
  }

  const oldDocuments = () => db.collection('sessions').find().toArray();

  test('continues in the new app with the same data, and ends in both apps at the logout', async () => {
    const browser = await oldBrowser();
    const { origin } = await startNewApp(db, settings);
    const before = await oldDocuments();
    const thief = browser.at(origin);

    const moved = browser.at(origin);
    expect(await dataAt(moved, '/')).toEqual({ ...LOGGED_IN, views: 1 });
    expect(await dataAt(moved, '/view')).toEqual({ ...LOGGED_IN, views: 2 });
    expect(await dataAt(moved, '/view')).toEqual({ ...LOGGED_IN, views: 3 });
    expect(await oldDocuments()).toEqual(before);

    await moved.get('/logout');
    expect(await dataAt(moved, '/')).toEqual({});
    expect(await dataAt(thief, '/')).toEqual({});
    expect(await dataAt(thief.at(oldOrigin), '/')).toEqual({});
    expect(await oldDocuments()).toEqual([]);
  });

  testOnce('is found only under its new key after regenerate()', async () => {
    const browser = await oldBrowser();
    const { origin } = await startNewApp(db, settings);
    const thief = browser.at(origin);
    const moved = browser.at(origin);
    await moved.get('/regenerate');
    expect(await dataAt(moved, '/view')).toEqual({ ...LOGGED_IN, views: 2 });
    expect(await dataAt(thief, '/')).toEqual({});
    expect(await dataAt(thief.at(oldOrigin), '/')).toEqual({});
  });

  testOnce('keeps separate data in the old and the new app when both run', async () => {
    let browser = await oldBrowser();
    const { origin } = await startNewApp(db, settings);
    browser = browser.at(origin);
    expect(await dataAt(browser, '/view')).toEqual({ ...LOGGED_IN, views: 2 });
    browser = browser.at(oldOrigin);
    expect(await dataAt(browser, '/view')).toEqual({ ...LOGGED_IN, views: 2 });
    expect(await dataAt(browser, '/view')).toEqual({ ...LOGGED_IN, views: 3 });
    browser = browser.at(origin);
    expect(await dataAt(browser, '/view')).toEqual({ ...LOGGED_IN, views: 3 });
    expect(await db.collection('koa_sessions').countDocuments({ version: { $exists: true } })).toBe(1);
  });

  testOnce('that the new app created does not break the old app, and survives a visit there', async () => {
    const { origin } = await startNewApp(db, settings);
    const browser = new Browser(origin);
    await browser.get('/login');
    const there = browser.at(oldOrigin);
    expect(await dataAt(there, '/')).toEqual({});
    expect(await dataAt(there.at(origin), '/')).toEqual(resetsUnknown ? {} : LOGGED_IN);
  });

  testOnce('keeps its cookie after adoption is turned off', async () => {
    const browser = await oldBrowser();
    const adopting = await startNewApp(db, settings);
    const moved = browser.at(adopting.origin);
    await moved.get('/view');
    const after = await startNewApp(db, { ...settings, adopt: undefined });
    const last = moved.at(after.origin);
    expect(await dataAt(last, '/view')).toEqual({ ...LOGGED_IN, views: 3 });
    expect(await last.cookie(cookie)).toBe(await browser.cookie(cookie));
  });

  testOnce('ends at the same time as it would have ended in the old app', async () => {
    const browser = await oldBrowser();
    const { store } = await startNewApp(db, settings);
    const [document] = await oldDocuments();
    expect(await store.load(String(await browser.cookie(cookie)))).toMatchObject(LOGGED_IN);
    const sessions = db.collection<SessionDocument>('koa_sessions');
    const session = await sessions.findOne({ version: { $exists: true } });
    const end = document?.ttl ?? document?.updatedAt.getTime() + LIFETIME * 1000;
    expect(Math.abs(Number(session?.expiresAt) - Number(end))).toBeLessThan(1000);
  });
});

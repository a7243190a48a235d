import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILED, FROM_SOURCE, startApp, WITH_NODE_ALONE } from '../support/app.ts';
import { type Golden, goldenNamed, goldens, projectAt } from '../support/goldens.ts';
import { Browser } from '../support/http.ts';
import { toJavaScript } from '../support/javascript.ts';
import { type OwnServer, startServer, useDatabase, withDatabase } from '../support/mongo/index.ts';
import { installProject } from '../support/project.ts';

const apps = goldens.filter(({ settings }) => settings.app);
/** Those that do without TLS. */
const plain = apps.filter(({ settings }) => !('tls' in settings.connection && settings.connection.tls));

const database = useDatabase();
let open: OwnServer;
beforeAll(async () => {
  open = await startServer();
});
afterAll(() => open.stop());

/** The server that all tests share may ask for a login, and the host style takes none from a URL. */
const urlFor = ({ settings }: Golden) =>
  settings.connection.style === 'host' ? withDatabase(open.url, 'app') : database.url;

/** Who goes on with the sessions of an old app gives its keys, which no generator knows. */
const envFor = (golden: Golden) => ({
  MONGODB_URL: urlFor(golden),
  ...(golden.settings.adopt && { APP_KEYS: 'the keys of the old app' }),
});

const install = (golden: Golden) => {
  const project = projectAt(golden, urlFor(golden));
  return installProject({ ...project, ...toJavaScript(project) });
};

describe.each(plain)('$name', (golden) => {
  const cookieName = golden.settings.cookieName;

  test('counts views, also across a restart', async () => {
    const folder = install(golden);
    const env = envFor(golden);
    const first = await startApp(folder, COMPILED, env);
    const browser = new Browser(first.origin);
    expect((await browser.get('/')).text).toContain('Views: 1');
    expect((await browser.get('/')).text).toContain('Views: 2');
    expect(await first.stop()).toBe(0);

    const isNativeTypeScript = golden.settings.importExtension === 'ts';
    const second = await startApp(folder, isNativeTypeScript ? WITH_NODE_ALONE : FROM_SOURCE, env);
    expect((await browser.at(second.origin).get('/')).text).toContain('Views: 3');
    expect(await second.stop('SIGINT')).toBe(0);
  });

  test('moves the session to a new key at login, and ends it at logout', async () => {
    const folder = install(golden);
    const { origin } = await startApp(folder, COMPILED, envFor(golden));
    const browser = new Browser(origin);
    await browser.get('/');
    const anonymous = browser.at(origin);

    expect(await browser.post('/login', { name: 'Ada <b>' })).toMatchObject({ status: 303, location: '/' });
    expect(await browser.cookie(cookieName)).not.toBe(await anonymous.cookie(cookieName));
    expect((await browser.get('/')).text).toContain('Logged in as Ada &#60;b&#62;');
    expect((await anonymous.get('/')).text).toContain('Views: 1');

    const stolen = browser.at(origin);
    await browser.post('/logout');
    expect(await browser.cookie(cookieName)).toBeFalsy();
    expect((await stolen.get('/')).text).not.toContain('Ada');
  });
});

test.each(['url', 'db', 'mongoose'])('%s runs on mongodb 6 and mongoose 8, too', async (name) => {
  const older = { mongodb: 'mongodb6', mongoose: 'mongoose8' };
  const folder = installProject(toJavaScript(projectAt(goldenNamed(name), database.url)), older);
  const { origin } = await startApp(folder, COMPILED, { MONGODB_URL: database.url });
  const browser = new Browser(origin);
  await browser.post('/login', { name: 'Ada' });
  expect((await browser.get('/')).text).toContain('Logged in as Ada');
});

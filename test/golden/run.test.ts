import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILED, FROM_SOURCE, startApp, WITH_NODE_ALONE } from '../support/app.ts';
import { type Golden, goldenNamed, goldens, projectAt } from '../support/goldens.ts';
import { Browser } from '../support/http.ts';
import { toJavaScript } from '../support/javascript.ts';
import { type OwnServer, startServer, useDatabase, withDatabase } from '../support/mongo/index.ts';
import { installProject } from '../support/project.ts';
import { sample } from '../support/sampling.ts';

const apps = goldens.filter(({ settings }) => settings.app);
/** The goldens that do not use TLS. */
const plain = apps.filter(({ settings }) => !('tls' in settings.connection && settings.connection.tls));

const database = useDatabase();
let open: OwnServer;
beforeAll(async () => {
  open = await startServer();
});
afterAll(() => open.stop());

/** The shared server may require a login, which the host style does not take from a URL. */
const urlFor = ({ settings }: Golden) =>
  settings.connection.style === 'host' ? withDatabase(open.url, 'app') : database.url;

/** To adopt the sessions of an old app, its owner has to set its keys, since the generator does not know them. */
const envFor = (golden: Golden) => ({
  MONGODB_URL: urlFor(golden),
  ...(golden.settings.adopt && { APP_KEYS: 'the keys of the old app' }),
});

const install = (golden: Golden) => {
  const project = projectAt(golden, urlFor(golden));
  return installProject({ ...project, ...toJavaScript(project) });
};

const sourceOf = ({ settings }: Golden) =>
  settings.importExtension === 'ts' ? WITH_NODE_ALONE : FROM_SOURCE;

/** One; an exhaustive run starts all. Each restarts from its source. */
const tried = sample(plain, 1);

describe.each(tried)('$name', (golden) => {
  const cookieName = golden.settings.cookieName;

  test('moves the session to a new key at login, keeps it across a restart, and ends it at logout', async () => {
    const folder = install(golden);
    const env = envFor(golden);
    const first = await startApp(folder, COMPILED, env);
    const browser = new Browser(first.origin);
    expect((await browser.get('/')).text).toContain('Views: 1');
    expect((await browser.get('/')).text).toContain('Views: 2');
    const anonymous = browser.at(first.origin);

    expect(await browser.post('/login', { name: 'Ada <b>' })).toMatchObject({ status: 303, location: '/' });
    expect(await browser.cookie(cookieName)).not.toBe(await anonymous.cookie(cookieName));
    expect((await browser.get('/')).text).toContain('Logged in as Ada &#60;b&#62;');
    expect((await anonymous.get('/')).text).toContain('Views: 1');
    expect(await first.stop()).toBe(0);

    const second = await startApp(folder, sourceOf(golden), env);
    const later = browser.at(second.origin);
    expect((await later.get('/')).text).toMatch(/Views: 4.*Logged in as Ada/s);
    const stolen = later.at(second.origin);
    await later.post('/logout');
    expect(await later.cookie(cookieName)).toBeFalsy();
    expect((await stolen.get('/')).text).not.toContain('Ada');
    expect(await second.stop('SIGINT')).toBe(0);
  });
});

test.each(sample(['url', 'db', 'mongoose'], 1))(
  '%s also runs with mongodb 6 and mongoose 8',
  async (name) => {
    const older = { mongodb: 'mongodb6', mongoose: 'mongoose8' };
    const folder = installProject(toJavaScript(projectAt(goldenNamed(name), database.url)), older);
    const { origin } = await startApp(folder, COMPILED, { MONGODB_URL: database.url });
    const browser = new Browser(origin);
    await browser.post('/login', { name: 'Ada' });
    expect((await browser.get('/')).text).toContain('Logged in as Ada');
  },
);

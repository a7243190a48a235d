import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { COMPILED, startApp } from '../support/app.ts';
import { goldenNamed, projectAt } from '../support/goldens.ts';
import { toJavaScript } from '../support/javascript.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { installProject } from '../support/project.ts';
import { isExhaustive } from '../support/sampling.ts';

/** Where Debian installs it. */
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
const PEM = readFileSync(
  join(import.meta.dirname, '../support/mongo/tls/test-only-key-and-certificate.pem'),
  'utf8',
);
/** A folder for screenshots of the pages, for review. */
const { SCREENSHOTS } = process.env;

const LOOKS = [320, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

const isThere = existsSync(CHROMIUM);
if (isExhaustive && !isThere) console.warn(`The pages are not tried in a browser: there is no ${CHROMIUM}.`);

const database = useDatabase();
const ends: (() => unknown)[] = [];

describe.runIf(isExhaustive && isThere)('in a browser, behind TLS', () => {
  let browser: Browser;
  beforeAll(async () => {
    const { chromium } = await import('playwright-core');
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, env: { HOME: profile } });
    ends.push(() => rmSync(profile, { recursive: true, force: true }));
  });
  afterAll(async () => {
    await browser.close();
    for (const end of ends) await end();
  });

  test('the pages are readable, narrow and wide, light and dark, and log in and out', async () => {
    const origin = await startBehindTls('user-key');
    for (const look of LOOKS) await visit(browser, origin, look);
  });
});

async function visit(browser: Browser, origin: string, { width, colorScheme }: (typeof LOOKS)[number]) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    colorScheme,
    viewport: { width, height: 700 },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const looks = (name: string) => expectGoodLooks(page, `${name}-${width}-${colorScheme}`);

  await page.goto(origin);
  await page.getByText('Not logged in').waitFor();
  await looks('visitor');

  await page.getByLabel('Name').fill('Ada <b>of the very long name that is one word</b>');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Logged in as Ada <b>of').waitFor();
  await looks('user');
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax', path: '/' });
  expect(cookie?.name).toMatch(/^__Host-/);

  await page.getByRole('link', { name: 'Your devices' }).click();
  await page.getByText('this one').waitFor();
  await looks('devices');
  const other = await browser.newContext({ ignoreHTTPSErrors: true });
  const elsewhere = await other.newPage();
  await elsewhere.goto(origin);
  await elsewhere.getByLabel('Name').fill('Ada <b>of the very long name that is one word</b>');
  await elsewhere.getByRole('button', { name: 'Log in' }).click();
  await elsewhere.getByText('Logged in as').waitFor();
  await page.reload();
  await looks('two-devices');
  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await page.getByRole('button', { name: 'Log out', exact: true }).waitFor({ state: 'detached' });
  await elsewhere.reload();
  await elsewhere.getByText('Not logged in').waitFor();
  await other.close();
  await page.getByRole('button', { name: 'Log out the others' }).click();
  await page.getByText('this one').waitFor();
  await page.getByRole('link', { name: 'Back' }).click();

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('Not logged in').waitFor();
  expect(await page.content()).not.toContain('Ada');
}

/** As text, since code in the page has different globals than a test. */
const LOOKED_AT = `({
  isTooWide: document.documentElement.scrollWidth > window.innerWidth,
  ink: getComputedStyle(document.body).color,
  scheme: getComputedStyle(document.documentElement).colorScheme,
})`;

/** Nothing is wider than the page, and text has enough contrast in the preferred colour scheme. */
async function expectGoodLooks(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  const found = await page.evaluate(LOOKED_AT);
  const isDark = name.endsWith('dark');
  expect(found).toEqual({
    isTooWide: false,
    ink: isDark ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)',
    scheme: 'light dark',
  });
}

/** The app as it runs in production: behind a proxy that terminates TLS. */
async function startBehindTls(name: string): Promise<string> {
  const folder = installProject(toJavaScript(projectAt(goldenNamed(name), database.url)));
  const env = { MONGODB_URL: database.url, NODE_ENV: 'production', TRUST_PROXY: 'true' };
  const { origin } = await startApp(folder, COMPILED, env);
  const proxy = createServer({ key: PEM, cert: PEM }, (incoming, outgoing) => {
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https' };
    const { method } = incoming;
    const forwarded = request(origin + incoming.url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

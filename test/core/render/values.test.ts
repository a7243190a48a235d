import { posix } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { problemsIn } from '../../../src/core/answers/check.ts';
import { flagName } from '../../../src/core/answers/flag-names.ts';
import type { Answers, OptionName } from '../../../src/core/answers/options.ts';
import { type ParsedAnswers, parseSettings } from '../../../src/core/answers/parse-settings.ts';
import { commandOf } from '../../../src/core/answers/repeat-command.ts';
import { patchEnv } from '../../../src/core/patch/env.ts';
import { patchPackageJson } from '../../../src/core/patch/package-json.ts';
import { wantedPackage } from '../../../src/core/patch/wanted-package.ts';
import { isSafePath } from '../../../src/core/project/paths.ts';
import { envEntries } from '../../../src/core/render/env-file.ts';
import { renderFiles } from '../../../src/core/render/render.ts';
import type { RenderedFile } from '../../../src/core/render/rendered-file.ts';
import { templates } from '../../../src/io/templates.ts';
import { trickyName, trickyText } from '../../support/arbitraries.ts';
import { constantsIn, relativeImportsOf } from '../../support/constants.ts';
import { TSC } from '../../support/packages.ts';
import { installProject } from '../../support/project.ts';
import { projectFacts } from '../../support/project-facts.ts';
import { fc, runs, sample } from '../../support/sampling.ts';

const plain = fc.stringMatching(/^[A-Za-z$][\w$]{0,9}$/);

const FACTS = projectFacts({ kind: 'new', name: 'app' });
const HOST_ANSWERS: Answers = { connection: 'host', db: 'app', username: 'ann', userKey: 'userId' };

/** Most tricky values are refused. Among this many, some are accepted with any seed. */
const ENOUGH = { numRuns: Math.max(runs(100), 40) };

const isTypeScript = ({ path }: RenderedFile): boolean => path.endsWith('.ts');

function constantsOf({ settings }: ParsedAnswers): Record<string, unknown> {
  const files = renderFiles(settings, templates).filter(isTypeScript);
  const [, cookieName] = files.map(({ text }) => / \? \S+ : (\S+),$/m.exec(text)).find(Boolean) ?? [];
  const cookie = cookieName === undefined ? {} : { COOKIE_NAME: new Function(`return ${cookieName}`)() };
  return Object.assign(cookie, ...files.map(constantsIn));
}

/** Each text option, the constant that it becomes, and the expected value of the constant. */
const TEXTS: readonly { name: OptionName; constant: string; as?: (text: string) => string }[] = [
  { name: 'collection', constant: 'COLLECTION' },
  { name: 'db', constant: 'DATABASE' },
  { name: 'host', constant: 'HOST', as: (host) => (/^[^[]*:/.test(host) ? `[${host}]` : host) },
  { name: 'username', constant: 'USERNAME' },
  { name: 'authSource', constant: 'AUTH_SOURCE' },
  { name: 'cookieName', constant: 'COOKIE_NAME' },
  { name: 'userKey', constant: 'USER_KEY' },
];

describe.each(sample(TEXTS, 3))('--$name', ({ name, constant, as = (text) => text }) => {
  test('is refused with a rule, or has the same value in the generated code', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(plain, trickyName, trickyText, name === 'host' ? fc.ipV6() : trickyName),
        async (text) => {
          const answers = { ...HOST_ANSWERS, [name]: text };
          const problems = await problemsIn(answers);
          if (problems.length > 0) {
            expect(problems).toEqual([{ option: flagName(name), rule: expect.stringMatching(/^must /) }]);
            return;
          }
          accepted += 1;
          expect(constantsOf(await parseSettings(answers, FACTS))[constant]).toBe(as(text));
        },
      ),
      ENOUGH,
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('--dir', () => {
  test('is refused with a rule, or contains the session files, and every import resolves', async () => {
    let accepted = 0;
    const folders = fc
      .array(fc.oneof(fc.stringMatching(/^[a-z]\w{0,9}$/), trickyName), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'));
    await fc.assert(
      fc.asyncProperty(folders, async (dir) => {
        const answers = { ...HOST_ANSWERS, dir };
        const problems = await problemsIn(answers);
        if (problems.length > 0) {
          expect(problems).toEqual([{ option: '--dir', rule: expect.stringMatching(/^must /) }]);
          return;
        }
        accepted += 1;
        const { settings } = await parseSettings(answers, FACTS);
        const files = renderFiles(settings, templates);
        const paths = new Set(files.map(({ path }) => path));
        expect(paths).toContain(`${settings.dir}/store.ts`);
        expect([...paths].filter((path) => !isSafePath(path))).toEqual([]);
        const missing = files.filter(isTypeScript).flatMap((file) =>
          relativeImportsOf(file)
            .map((specifier) => posix.join(posix.dirname(file.path), specifier))
            .filter((path) => !paths.has(path)),
        );
        expect(missing).toEqual([]);
      }),
      ENOUGH,
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

const SECRET = 'S3cr3t';

/** A marked password as it is written in a connection string, and as the driver must decode it. */
const passwords = trickyText
  .filter((text) => !/\p{Cs}/u.test(text))
  .map((text) => ({ plain: SECRET + text + SECRET, encoded: SECRET + encodeURIComponent(text) + SECRET }));

const urls = fc.record({
  scheme: fc.constantFrom('mongodb://', 'mongodb+srv://'),
  username: trickyText.filter((text) => text !== '' && !/\p{Cs}/u.test(text)),
  password: passwords,
  hosts: fc.constantFrom('db.example', 'db.example:27018', 'a.example,b.example:27018', '[::1]:27017'),
  database: trickyName,
  collection: fc.option(trickyName, { nil: undefined }),
  query: fc.constantFrom(
    '',
    '?tls=true',
    '?replicaSet=rs&authSource=admin',
    '?proxyHost=h&proxyUsername=u&proxyPassword=S3cr3t',
  ),
});

const parts = (...names: (string | undefined)[]): string =>
  names.map((name) => (name === undefined ? '' : `/${encodeURIComponent(name)}`)).join('');

describe('--url', () => {
  test('is refused with a rule, or reaches the driver with the same credentials and names', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(urls, async ({ scheme, username, password, hosts, database, collection, query }) => {
        fc.pre(!/\p{Cs}/u.test(database + collection));
        const login = `${encodeURIComponent(username)}:${password.encoded}`;
        const url = `${scheme}${login}@${hosts}${parts(database, collection)}${query}`;
        const answers = { connection: 'url', url, db: database === '' ? 'app' : undefined };
        const problems = await problemsIn(answers);
        expect(JSON.stringify(problems)).not.toContain(SECRET);
        if (problems.length > 0) {
          expect(problems).toEqual([{ option: '--url', rule: expect.stringMatching(/^(must|its) /) }]);
          return;
        }
        accepted += 1;
        const outcome = await parseSettings(answers, FACTS);
        const { text } = patchEnv(undefined, envEntries(outcome.settings), outcome.secrets, () => 'key');
        const { options } = new MongoClient(parseEnv(text).MONGODB_URL ?? '');
        expect(options.credentials).toMatchObject({ username, password: password.plain });
        expect(options.dbName).toBe(database || 'app');
        expect(outcome.settings.collection).toBe(collection || 'sessions');
      }),
      ENOUGH,
    );
    expect(accepted).toBeGreaterThan(0);
  });

  /** The last ones are none of the driver's: somebody takes them for some. */
  const secretOptions = [
    ...['proxyPassword', 'ProxyUsername', 'tlsCertificateKeyFilePassword', 'authMechanismProperties'],
    ...['password', 'pwd', 'AWS_SECRET_ACCESS_KEY', 'aws_session_token', '%70assword'],
  ];

  test('has its credentials only in .env', async () => {
    await fc.assert(
      fc.asyncProperty(passwords, fc.constantFrom(...secretOptions), async ({ encoded }, option) => {
        const url = `mongodb://ann:${encoded}@db.example/shop?proxyHost=h&${option}=${SECRET}&tls=true`;
        const { settings, answers, secrets } = await parseSettings({ connection: 'url', url }, FACTS);
        const shown = [settings, answers, renderFiles(settings, templates), commandOf('app', answers, FACTS)];
        expect(JSON.stringify(shown)).not.toContain(SECRET);
        expect(answers.url).toBe('mongodb://db.example/shop?proxyHost=h&tls=true');
        expect(secrets).toEqual({ MONGODB_URL: url });
      }),
    );
  });

  test('is refused without showing it, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(trickyText, trickyText, async (one, other) => {
        const problems = await problemsIn({ connection: 'url', url: `${one}${SECRET}@${other}` });
        expect(JSON.stringify(problems)).not.toContain(SECRET);
        expect(commandOf('app', { connection: 'url', url: `${one}${SECRET}@${other}` }, FACTS)).not.toContain(
          SECRET,
        );
      }),
    );
  });
});

/** Texts that the option accepts, the trickiest first. */
async function acceptedFor(name: OptionName, count: number): Promise<string[]> {
  const accepted: string[] = [];
  for (const text of fc.sample(fc.oneof(trickyText, plain), 500)) {
    if ((await problemsIn({ ...HOST_ANSWERS, [name]: text })).length === 0) accepted.push(text);
  }
  return accepted.sort((one, other) => trickiness(other) - trickiness(one)).slice(0, count);
}

const trickiness = (text: string): number => text.replace(/[\w.-]/g, '').length;

const COMPILED = runs(3);

test('accepted values give code that compiles', async () => {
  const texts = await Promise.all(TEXTS.map(({ name }) => acceptedFor(name, COMPILED)));
  for (let at = 0; at < COMPILED; at += 1) {
    const answers = Object.fromEntries(TEXTS.map(({ name }, row) => [name, texts[row]?.[at]]));
    const { settings } = await parseSettings({ ...HOST_ANSWERS, ...answers }, FACTS);
    const files = renderFiles(settings, templates).map(({ path, text }) => [path, text]);
    const packageJson = patchPackageJson(undefined, wantedPackage(settings)).text;
    const folder = installProject({ ...Object.fromEntries(files), 'package.json': packageJson });
    const { stdout } = await execa('node', [TSC, '--noEmit'], {
      cwd: folder,
      localDir: folder,
      preferLocal: true,
      reject: false,
    });
    expect(stdout).toBe('');
  }
});

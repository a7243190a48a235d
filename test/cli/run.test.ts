import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { filesIn, readIn, rememberedIn, run, runAsProcess, temporaryFolder } from '../support/program.ts';

const STYLES = [
  {
    style: 'url',
    flags: ['--url', 'mongodb://a.example,b.example:27018/shop?replicaSet=rs'],
    config: { url: 'mongodb://a.example,b.example:27018/shop?replicaSet=rs' },
    remembered: { connection: 'url', url: 'mongodb://a.example,b.example:27018/shop?replicaSet=rs' },
  },
  {
    style: 'host',
    flags: ['--host', 'db.example', '--port', '27018', '--db', 'shop', '--username', 'ann', '--tls'],
    config: { host: 'db.example', port: 27018, db: 'shop', username: 'ann', tls: true },
    remembered: {
      connection: 'host',
      host: 'db.example',
      port: 27018,
      db: 'shop',
      username: 'ann',
      authSource: 'admin',
      tls: true,
    },
  },
  {
    style: 'db',
    flags: ['-c', 'db'],
    config: { connection: 'db' },
    remembered: { connection: 'db' },
  },
  {
    style: 'mongoose',
    flags: ['--connection=mongoose'],
    config: { connection: 'mongoose' },
    remembered: { connection: 'mongoose' },
  },
] as const;

const GENERATED = ['package.json', '.gitignore', '.env', 'src/session/connection.ts', 'src/session/store.ts'];

describe('without a terminal', () => {
  test.each(STYLES)('flags alone make a project of style $style', async ({ flags, remembered }) => {
    const cwd = await temporaryFolder();
    expect(await run(['app', ...flags], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await filesIn(`${cwd}/app`)).toEqual(expect.arrayContaining(GENERATED));
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject(remembered);
  });

  test.each(STYLES)('a file of answers makes a project of style $style', async ({ config, remembered }) => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/answers.json`, JSON.stringify(config));
    const { exitCode, stderr } = await run(['app', '--config', 'answers.json'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject(remembered);
  });

  test.each(STYLES)(
    'answers on standard input make a project of style $style',
    async ({ config, remembered }) => {
      const cwd = await temporaryFolder();
      const result = await runAsProcess(['app', '--config', '-'], { cwd, input: JSON.stringify(config) });
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await rememberedIn(`${cwd}/app`)).toMatchObject(remembered);
    },
  );

  test('flags win over the file of answers', async () => {
    const cwd = await temporaryFolder();
    const input = JSON.stringify({ connection: 'db', ttl: '1d', collection: 'logins' });
    await runAsProcess(['app', '--config', '-', '--ttl', '2d'], { cwd, input });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ ttl: '2d', collection: 'logins' });
  });

  test('the migration can copy sessions once --collection has changed, and keeps that ability', async () => {
    const cwd = await temporaryFolder();
    const copies = async (...flags: string[]) => {
      await run(['app', ...flags], { cwd });
      return (await readFile(`${cwd}/app/scripts/migrate-sessions.ts`, 'utf8')).includes('--from');
    };
    expect(await copies('-c', 'db')).toBe(false);
    expect(await copies('--ttl', '2d')).toBe(false);
    expect(await copies('--collection', 'logins')).toBe(true);
    expect(await copies('--ttl', '3d')).toBe(true);
  });

  test.each(['scripts/migrate-sessions.ts', 'src/session/README.md'])(
    'a run after a change of --collection changes nothing, even if %s was deleted',
    async (path) => {
      const cwd = await temporaryFolder();
      await run(['app', '-c', 'db'], { cwd });
      await rm(`${cwd}/app/${path}`);
      await run(['app', '--collection', 'logins'], { cwd });
      expect(await run(['app', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
    },
  );

  test('the second segment of a legacy URL names the collection', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '--url', 'mongodb://ann:pa55word@db.example/shop/logins'], { cwd });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({
      url: 'mongodb://db.example/shop',
      collection: 'logins',
    });
    expect(await readIn(`${cwd}/app`, '.env')).toContain(
      'MONGODB_URL=mongodb://ann:pa55word@db.example/shop\n',
    );
  });

  test('--yes takes the suggested answers', async () => {
    const cwd = await temporaryFolder();
    expect(await run(['app', '-y'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ url: 'mongodb://127.0.0.1:27017/app' });
  });

  test('a later run can turn an option off', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '-c', 'db', '--user-key', 'userId', '--rolling', '--touch-after', '5m'], { cwd });
    await run(['app', '--no-user-key', '--no-rolling', '--no-touch-after'], { cwd });
    const remembered = await rememberedIn(`${cwd}/app`);
    expect(remembered).toMatchObject({ connection: 'db', rolling: false, userKey: null, touchAfter: null });
  });

  test('a later run without the app names what it leaves in package.json, once', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '-y'], { cwd });
    const note = 'scripts: dev, test, build, start; packages: mongodb-memory-server-core';
    expect((await run(['app', '-y', '--no-app'], { cwd })).stdout).toContain(note);
    expect((await run(['app', '-y'], { cwd })).stdout).not.toContain('package.json');
  });

  test('a later run with another style forgets the answers of the old one', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '--host', 'db.example', '--db', 'shop', '--collection', 'logins'], { cwd });
    expect(await run(['app', '-c', 'mongoose'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    const remembered = await rememberedIn(`${cwd}/app`);
    expect(remembered).toMatchObject({ connection: 'mongoose', collection: 'logins' });
    expect(remembered).not.toHaveProperty('host');
  });

  test.each([
    { what: 'breaks a rule', answer: '"ttl": "14d"', now: '"ttl": "2 weeks"', correction: ['--ttl', '2w'] },
    {
      what: 'contradicts another',
      answer: '"absoluteTtl": null',
      now: '"absoluteTtl": "7d"',
      correction: ['--ttl', '5d'],
    },
    {
      what: 'has no UTF-8 form',
      answer: '"connection": "db"',
      now: '"connection": "host", "db": "\\ud800"',
      correction: ['--db', 'shop'],
    },
  ])('a remembered answer that $what is corrected by a flag', async ({ answer, now, correction }) => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    await inManifest(cwd, (text) => text.replace(answer, now));
    expect(await run(['.'], { cwd })).toMatchObject({ exitCode: 2 });
    expect(await run(['.', ...correction], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('the printed command repeats a run with a name that begins with -', async () => {
    const cwd = await temporaryFolder();
    const names = ['--db=-x', '--username=--tls', '--collection=-'];
    const { stdout } = await run(['app', '--connection', 'host', ...names], { cwd });
    expect(stdout).toContain(` app --connection host ${names.join(' ')}\n`);
  });

  test('the printed command repeats the run', async () => {
    const cwd = await temporaryFolder();
    const flags = [
      '--host',
      'db.example',
      '--db',
      "it's",
      '--ttl',
      '90m',
      '--rolling',
      '--no-app',
      '--user-key',
      'u',
    ];
    const { stdout } = await run(['first', ...flags], { cwd });
    expect(stdout).toContain(
      'npx create-koa-mongo-session@latest first --connection host --host db.example --db "it\'s" --ttl 90m --rolling --user-key u --no-app\n',
    );
  });
});

describe('precedence', () => {
  test('--url wins over host options, with a warning on stderr', async () => {
    const cwd = await temporaryFolder();
    const flags = ['--url', 'mongodb://db.example/shop', '--host', 'other.example', '--tls'];
    const { exitCode, stderr } = await run(['app', ...flags], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toBe('warning: not used with --connection url: --host, --tls; change the URL instead\n');
    expect(await rememberedIn(`${cwd}/app`)).not.toHaveProperty('host');
  });

  test('--connection mongoose wins over all other connection options', async () => {
    const cwd = await temporaryFolder();
    const flags = ['-c', 'mongoose', '--url', 'mongodb://ann:pa55word@db.example/shop', '--port', '1'];
    const { exitCode, stderr } = await run(['app', ...flags], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toBe('warning: not used with --connection mongoose: --url, --port\n');
    expect(await readIn(`${cwd}/app`, '.env')).not.toContain('pa55word');
  });

  test('--auto-reconnect is accepted, with a warning that it has no effect', async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stderr } = await run(['app', '-c', 'db', '--auto-reconnect'], { cwd });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'warning: --auto-reconnect changes nothing: the driver always reconnects\n',
    });
  });
});

const REFUSED = [
  { flags: ['--conection', 'url'], says: '(Did you mean --connection?)' },
  { flags: ['--ttll=hunter2'], says: "unknown option '--ttll'\n(Did you mean --ttl?)" },
  { flags: ['-xhunter2'], says: "unknown option '-x'" },
  { flags: ['--tls=hunter2'], says: '--tls: takes no value; to turn it off, give --no-tls' },
  { flags: ['--json=hunter2'], says: '--json: takes no value\n' },
  { flags: ['--help=hunter2'], says: '--help: takes no value\n' },
  { flags: ['-yc', '--tls'], says: '-c: give its value as a separate argument' },
  { flags: ['--url mongodb://ann:hunter2@h/d'], says: '--url: give its value as a separate argument' },
  { flags: ['--url:mongodb://ann:hunter2@h/d'], says: '--url: give its value as a separate argument' },
  { flags: ['--uri mongodb://ann:hunter2@h/d'], says: "unknown option '--uri'\n(Did you mean --url?)" },
  { flags: ['--password hunter2'], says: '--password: a password is not accepted here' },
  { flags: ['--password', 'hunter2'], says: '--password: a password is not accepted here' },
  { flags: ['--password=hunter2'], says: 'MONGODB_PASSWORD' },
  { flags: ['-phunter2'], says: 'MONGODB_PASSWORD' },
  { flags: ['-password=hunter2'], says: '--password: a password is not accepted here' },
  { flags: ['mongodb://ann:hunter2@db.example/shop'], says: 'a connection string is given with --url' },
  { flags: [''], says: 'directory: must not be empty; for this folder, give .' },
  { flags: [' '], says: 'directory: must not be empty; for this folder, give .' },
  { flags: ['~/shop'], says: 'directory: give the whole path: ~ is not replaced here' },
  { flags: ['app', 'more'], says: 'too many arguments: give one directory' },
  { flags: ['-c', 'db', '—encrypt'], says: 'directory: must not begin with a dash; flags' },
  { flags: ['app', '–ttl', '30d'], says: 'directory: must not begin with a dash; flags' },
  {
    flags: ['app', '-c', 'db', '--rolling', 'true'],
    says: 'a switch takes no value; its --no-… form turns it off',
  },
  { flags: ['-c', 'db', '--rolling', 'false'], says: 'false: a switch takes no value' },
  { flags: ['-c', 'db', '--rolling', 'n'], says: 'n: a switch takes no value' },
  { flags: ['--hlep'], says: '(Did you mean --help?)' },
  { flags: ['--no-rollin'], says: '(Did you mean --no-rolling?)' },
  { flags: ['app', '-ttl=hunter2'], says: '-ttl: did you mean --ttl?' },
  { flags: ['-check'], says: '-check: did you mean --check?' },
  { flags: ['-help'], says: '-help: did you mean --help?' },
  { flags: ['undo', '--chekc'], says: '(Did you mean --check?)' },
  ...[
    '--collection',
    '--adopt-collection',
    '--username',
    '--dir',
    '--cookie-name',
    '--user-key',
    '--db',
    '--host',
  ].map((flag) => ({ flags: ['--db', 'a', flag, 'mongodb://ann:hunter2@h/d'], says: `${flag}: must ` })),
  ...['--config', '--diff', '--restore'].map((flag) => ({
    flags: ['-c', 'db', flag, 'mongodb://ann:hunter2 @h/d'],
    says: 'mongodb://<credentials>@h/d',
  })),
  ...[[], ['--yes'], ['-y'], ['--password', 'hunter2']].map((next) => ({
    flags: ['--db', 'a', '--username', ...next],
    says: '--username: give its value as a separate argument, or after a "=" if it begins with -: --username <name>',
  })),
  { flags: ['-c', 'carrier-pigeon'], says: '--connection: must be one of url, host, db, mongoose' },
  ...['0', '1.5', 'NaN', '1e999', '14 fortnights'].map((ttl) => ({
    flags: ['-c', 'db', '--ttl', ttl],
    says: '--ttl: must be a duration',
  })),
  { flags: ['--db', 'a', '--port', '65536'], says: '--port: must be a port' },
  { flags: ['--db', 'a b'], says: '--db: must be a database name' },
  { flags: ['-c', 'db', '--collection', 'a$b'], says: '--collection: must be a collection name' },
  {
    flags: ['--url', 'mongodb://ann:hun@ter2@h/d'],
    says: '--url: must be a MongoDB connection string, mongodb://[user:password@]host[:port][,host…]/database[?options] or mongodb+srv://…; percent-encode : / ? # [ ] @ %',
  },
  ...['ann:hunter2%', 'ann:%ffhunter2', 'a%nn:hunter2'].map((login) => ({
    flags: ['--url', `mongodb://${login}@h/d`],
    says: '--url: must be a MongoDB connection string',
  })),
  { flags: ['--url', 'mongodb://h/d?sslPass=hunter2'], says: '--url: must not set sslPass' },
  { flags: ['--url', 'mongodb://ann:hunter2@h/'], says: '--db <name> is missing' },
  { flags: ['--no-input', '--restore=-x'], says: ' . --no-input --restore=-x --yes\n' },
  { flags: ['-c', 'db', '--on-conflict', 'shrug'], says: '--on-conflict: must be one of ask, fail' },
  ...[[], ['--yes'], ['--no-input'], ['--dry-run'], ['--check'], ['--diff']].flatMap((form) => [
    {
      flags: ['-c', 'db', '--absolute-ttl', '7d', ...form],
      says: '--absolute-ttl: 7d must not be shorter than --ttl, 14d',
    },
    {
      flags: ['-c', 'db', '--touch-after', '30d', ...form],
      says: '--touch-after: 30d must be shorter than --ttl, 14d',
    },
  ]),
  {
    flags: ['-c', 'db', '--mount'],
    says: '--mount: leave it out; the app that --app writes mounts the sessions\n',
  },
  { flags: ['-c', 'db', '--config', 'nowhere.json'], says: '--config: there is no file nowhere.json' },
];

test.each([
  { flags: ['--touch-after', '1h'], isDoubted: true },
  { flags: ['--touch-after', '1h', '--rolling'], isDoubted: false },
  { flags: ['--touch-after', '8d'], isDoubted: true },
])('an option with almost no effect causes a warning: $flags', async ({ flags, isDoubted }) => {
  const { exitCode, stderr } = await run(['-c', 'db', ...flags], { cwd: await temporaryFolder() });
  expect(exitCode).toBe(0);
  expect(stderr.includes('--touch-after')).toBe(isDoubted);
});

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is an error, not a crash', async () => {
  const cwd = await temporaryFolder();
  const full = createWriteStream('/dev/full');
  await once(full, 'open');
  const { exitCode, stderr } = await runAsProcess(['-c', 'db'], { cwd, output: full });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'error: the output could not be written (ENOSPC). All files are written.\n',
  });
  expect(await filesIn(cwd)).toEqual(expect.arrayContaining(GENERATED));
});

test('a changed --user-key causes a warning, since existing sessions were stored with the previous one', async () => {
  const cwd = await temporaryFolder();
  expect(await run(['-c', 'db', '--user-key', 'email'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  const { exitCode, stderr } = await run(['--user-key', 'userId'], { cwd });
  expect(exitCode).toBe(0);
  expect(stderr).toContain('warning: --user-key has changed');
  expect(await run([], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
});

describe('a secret on the command line', () => {
  test.each(['plain', '\'"`$\\{1}', '*/{{x}}', '%0A%00', 'ä😀\u202E', '\\n#='])(
    'S3cr3t%s is only in .env',
    async (trick) => {
      const cwd = await temporaryFolder();
      const url = `mongodb://ann:S3cr3t${encodeURIComponent(trick)}@db.example/shop/logins`;
      const { exitCode, stdout, stderr } = await run(['app', '--url', url], { cwd });
      expect(exitCode).toBe(0);
      expect(stdout + stderr).not.toContain('S3cr3t');
      const holders: string[] = [];
      for (const path of await filesIn(`${cwd}/app`)) {
        if ((await readIn(`${cwd}/app`, path)).includes('S3cr3t')) holders.push(path);
      }
      expect(holders).toEqual(['.env']);
    },
  );
});

describe('a mistake is reported, and nothing is written', () => {
  test.each(REFUSED)('$flags', async ({ flags, says }) => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout, stderr } = await run(flags, { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('hunter2');
    expect(await filesIn(cwd)).toEqual([]);
  });

  test.each(['utf16le', 'latin1'] as const)(
    'answers in another encoding are refused: %s',
    async (encoding) => {
      const cwd = await temporaryFolder();
      await writeFile(`${cwd}/answers.json`, '\uFEFF{"connection":"db","collection":"é"}', encoding);
      const { exitCode, stderr } = await run(['app', '--config', 'answers.json'], { cwd });
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'error: --config: must be in UTF-8\n' });
    },
  );

  test('all problems are reported at once', async () => {
    const cwd = await temporaryFolder();
    const { stderr } = await run(['-c', 'host', '--port', '0', '--ttl', 'x'], { cwd });
    expect(stderr).toMatch(/^error: 3 problems\n {2}--port: .*\n {2}--ttl: .*\n {2}--db <name> is missing/);
  });

  test.each([
    ['not JSON, hunter2', '--config: must be JSON'],
    ['{\n  "url": "mongodb://ann:hunter2@h/d",\n}', '--config: must be JSON; line 3 is not'],
    ['{\n  "connection": "db", // hunter2\n}', '--config: must be JSON; line 2 is not'],
    ['["url"]', '--config: must be a JSON object'],
    ['{"conection": "url"}', '--config: does not know "conection"'],
    ['{"mongodb://ann:hunter2@h/d": 1}', '--config: does not know "mongodb://<credentials>@h/d"'],
    ['{"password": "hunter2"}', 'MONGODB_PASSWORD'],
    ['{"connection": "db", "ttl": 1e999}', '--ttl: must be a duration'],
    ['{"connection": "db", "ttl": [90]}', '--ttl: must be a duration'],
    ['{"connection": "db", "collection": {"$ne": 1}}', '--collection: must be a string'],
    ['{"connection": "db", "collection": "\\ud800"}', '--collection: must be well-formed Unicode'],
    ['{"connection": "db", "collection": "a\\u0000b"}', '--collection: must be a collection name'],
    ['{"connection": "db", "absoluteTtl": 604800}', '--absolute-ttl: 7d must not be shorter than --ttl, 14d'],
    ['{"connection": "db", "touchAfter": "30d"}', '--touch-after: 30d must be shorter than --ttl, 14d'],
    ['{"connection": "db", "rolling": "yes"}', '--rolling: must be true or false'],
    ['{"connection": "db", "__proto__": {"ttl": 1}}', '--config: does not know "__proto__"'],
  ])('answers %s', async (input, says) => {
    const cwd = await temporaryFolder();
    const answers = `${await temporaryFolder()}/answers.json`;
    await writeFile(answers, input);
    const { exitCode, stderr } = await run(['--config', answers], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('hunter2');
    expect(await filesIn(cwd)).toEqual([]);
  });
});

describe('a missing answer', () => {
  test('is reported with its flag, the values and a complete command', async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout, stderr } = await run(['my shop', '--ttl', '1d'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('--connection <url|host|db|mongoose>');
    expect(stderr).toContain(
      '  npx create-koa-mongo-session@latest "my shop" --connection url --url mongodb://127.0.0.1:27017/my-shop --ttl 1d\n',
    );
    expect(stderr).toContain('  npx create-koa-mongo-session@latest "my shop" --ttl 1d --yes\n');
  });

  test.each([
    ...['mongodb://ann:hun@ter2@h/d', 'mongodb://ann:%zz@h/d', 'mongodb:///d', 'http://h/d', 'h/d', ''],
    ...['mongodb://h:x', 'mongodb://h/a%zz', 'mongodb://h//c', 'mongodb://a b/d', 'mongodb://h/d#x'],
  ])('is not the database if the URL is broken: %j', async (url) => {
    const cwd = await temporaryFolder();
    const { exitCode, stderr } = await run(['--url', url], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: --url: .+\n$/);
    const { stdout } = await run(['--url', url, '--json'], { cwd });
    expect(JSON.parse(stdout).error).toEqual({ message: expect.stringMatching(/^--url: .+$/) });
  });

  test('is listed without a suggested command if a given answer, which that would replace, is broken', async () => {
    const cwd = await temporaryFolder();
    const { stderr } = await run(['--host', 'http://db.example'], { cwd });
    expect(stderr).toMatch(/^error: 2 problems\n {2}--host: .*\n {2}--db <name> is missing: .*\n$/);
  });

  test('the suggested commands keep the given options', async () => {
    const cwd = await temporaryFolder();
    const { stderr } = await run(['app', '--dry-run', '--json', '--on-conflict', 'fail'], { cwd });
    expect(stderr).toContain(' app --dry-run --json --on-conflict fail --yes\n');
    expect(stderr).toMatch(/ app --connection url --url \S+ --dry-run --json --on-conflict fail\n$/);
  });

  test('the suggested command keeps a folder with an @ after its URL', async () => {
    const { stderr } = await run(['app', '--dir', 'src/@lib/session'], { cwd: await temporaryFolder() });
    expect(stderr).toContain(' --url mongodb://127.0.0.1:27017/app --dir src/@lib/session\n');
  });

  test('the suggested command hides the given credentials', async () => {
    const cwd = await temporaryFolder();
    const { stderr } = await run(['app', '--url', 'mongodb://ann:hunter2@h/?tls=true'], { cwd });
    expect(stderr).toContain('--url "mongodb://<credentials>@h/?tls=true" --db app\n');
    expect(stderr).not.toContain('hunter2');
  });

  test('the suggested command works', async () => {
    const cwd = await temporaryFolder();
    const { stderr } = await run(['app', '-c', 'host'], { cwd });
    const [, flags = ''] = /npx create-koa-mongo-session@latest (.*)\n$/.exec(stderr) ?? [];
    expect(await run(flags.split(' '), { cwd })).toMatchObject({ exitCode: 0 });
  });
});

async function inManifest(cwd: string, change: (text: string) => string): Promise<void> {
  const path = '.koa-mongo-session/manifest.json';
  await writeFile(`${cwd}/${path}`, change(await readIn(cwd, path)));
}

/** The whole project, except for the data of `undo`, which changes with each run that writes. */
async function textsIn(cwd: string): Promise<string> {
  const paths = (await filesIn(cwd)).filter((path) => !path.startsWith('.koa-mongo-session/undo/'));
  return (await Promise.all(paths.map(async (path) => `${path}\n${await readIn(cwd, path)}`))).join('\n');
}

const PNPM = { npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v22.0.0' };

describe('streams and exit codes', () => {
  test.each(['--help', '-h'])('%s goes to standard output', async (flag) => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout, stderr } = await runAsProcess([flag], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Exit codes:');
  });

  test.each(['--version', '-V'])('%s prints only the version', async (flag) => {
    const cwd = await temporaryFolder();
    expect(await runAsProcess([flag], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('--json writes one JSON value to stdout, and warnings go to stderr', async () => {
    const cwd = await temporaryFolder();
    const { stdout, stderr } = await runAsProcess(['app', '-c', 'db', '--port', '1', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      written: true,
      repeat: expect.stringContaining('--connection db'),
    });
    expect(stderr).toContain('warning: ');
  });

  test('a run that changes nothing prints only that', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '-c', 'db'], { cwd });
    const { exitCode, stdout } = await run(['app'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+ unchanged\n$/) });
  });

  test('--dry-run writes nothing', async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout } = await run(['app', '-c', 'db', '--dry-run'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('src/session/store.ts');
    expect(await filesIn(cwd)).toEqual([]);
  });

  test('--check ends with 3 before a run and with 0 after it', async () => {
    const cwd = await temporaryFolder();
    expect(await run(['app', '-c', 'db', '--check'], { cwd })).toMatchObject({ exitCode: 3 });
    expect(await filesIn(cwd)).toEqual([]);
    await run(['app', '-c', 'db'], { cwd });
    expect(await run(['app', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test.each([
    {
      what: 'a file was edited',
      change: (cwd: string) => writeFile(`${cwd}/src/session/store.ts`, '// mine\n'),
    },
    {
      what: 'a file was moved',
      change: (cwd: string) => rename(`${cwd}/src/session/payload.ts`, `${cwd}/src/payload.ts`),
    },
    { what: 'a file was deleted', change: (cwd: string) => rm(`${cwd}/test/login.test.ts`) },
    {
      what: 'another version wrote the project',
      change: (cwd: string) =>
        inManifest(cwd, (text) => text.replace(/"generator": "[^"]+"/, '"generator": "0.0.1"')),
    },
    {
      what: 'an answer was deleted by hand',
      change: (cwd: string) => inManifest(cwd, (text) => text.replace(/ *"importExtension": .*\n/, '')),
    },
  ])('--check predicts every change of the next run: $what', async ({ change }) => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    await change(cwd);
    for (let round = 0; round < 2; round += 1) {
      const { exitCode } = await run(['.', '--check'], { cwd });
      const before = await textsIn(cwd);
      await run(['.'], { cwd });
      expect((await textsIn(cwd)) === before).toBe(exitCode === 0);
    }
    expect(await run(['.', '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('an update of the program is reported with the versions and the number of files', async () => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    await inManifest(cwd, (text) => text.replace(/"generator": "[^"]+"/, '"generator": "0.0.1"'));
    const { stdout } = await run(['.', '--rolling'], { cwd });
    expect(stdout).toMatch(/^Update 0\.0\.1 → \d+\.\d+\.\d+: 2 files\n/);
  });

  test('--install runs the package manager in the project, with its output on stderr', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/bun`, '#!/bin/sh\necho "$@ in $(pwd)"\n', { mode: 0o755 });
    const { exitCode, stdout, stderr } = await runAsProcess(
      ['app', '-c', 'db', '--install', '--package-manager', 'bun', '--json'],
      { cwd, env: { PATH: `${cwd}:/usr/bin:/bin` } },
    );
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^Installing with bun…\ninstall in .*\/app\nInstalled with bun in \d+ s\.\n$/);
    expect(JSON.parse(stdout).commands).toEqual([
      'cd app',
      'docker compose up -d --wait',
      'bun run migrate:sessions',
      'bun run dev',
    ]);
  });

  test.each([
    { manager: 'pnpm', gets: 'install --no-frozen-lockfile false' },
    { manager: 'yarn', gets: 'install false' },
  ])('--install may change the lock file in CI: $manager', async ({ manager, gets }) => {
    const cwd = await temporaryFolder();
    const program = '#!/bin/sh\necho "$@ $YARN_ENABLE_IMMUTABLE_INSTALLS"\n';
    await writeFile(`${cwd}/${manager}`, program, { mode: 0o755 });
    const { stderr } = await runAsProcess(['-c', 'db', 'app', '--install', '--package-manager', manager], {
      cwd,
      env: { PATH: `${cwd}:/usr/bin:/bin`, CI: 'true' },
    });
    expect(stderr).toContain(`…\n${gets}\n`);
  });

  test('a failed install ends with 5 and says what to run', async () => {
    const cwd = await temporaryFolder();
    const { exitCode, stdout, stderr } = await run(
      ['app', '-c', 'db', '--install', '--package-manager', 'bun'],
      {
        cwd,
        env: { PATH: '/nowhere' },
      },
    );
    expect(exitCode).toBe(5);
    expect(stderr).toContain('bun install could not be run (is bun installed?); all files are written.');
    expect(stdout).toContain('bun install\n');
    expect(await filesIn(`${cwd}/app`)).toEqual(expect.arrayContaining(GENERATED));
  });

  test.each([
    { flags: ['--url', 'mongodb://127.0.0.1/a'], isOffered: true },
    { flags: ['--url', 'mongodb://localhost:27018/a'], isOffered: true },
    { flags: ['--host', 'localhost', '--db', 'a'], isOffered: true },
    { flags: ['-c', 'mongoose'], isOffered: true },
    { flags: ['--url', 'mongodb://localhost.example/a'], isOffered: false },
    { flags: ['--url', 'mongodb+srv://cluster.example/a'], isOffered: false },
    { flags: ['--host', 'db.example', '--db', 'a'], isOffered: false },
    { flags: ['--url', 'mongodb://bob:pw@127.0.0.1:28117/a'], isOffered: false },
    { flags: ['--host', '127.0.0.1', '--db', 'a', '--tls'], isOffered: false },
    {
      flags: ['--host', '127.0.0.1', '--db', 'a', '--username', 'u', '--auth-source', 'a'],
      isOffered: false,
    },
    { flags: ['--host', '127.0.0.1', '--db', 'a', '--username', 'u'], isOffered: true },
  ])(
    'a MongoDB for development is offered only if the database is on this machine: $flags',
    async ({ flags, isOffered }) => {
      const { stdout } = await run(['app', ...flags, '--json'], { cwd: await temporaryFolder() });
      expect(JSON.parse(stdout).commands.includes('docker compose up -d --wait')).toBe(isOffered);
    },
  );

  test('the compose file creates the user that the project logs in as', async () => {
    const cwd = await temporaryFolder();
    await run(['--host', '127.0.0.1', '--db', 'a', '--username', "o'neil"], { cwd });
    const text = await readIn(cwd, 'compose.yaml');
    expect(text).toContain(`MONGO_INITDB_ROOT_USERNAME: "o'neil"\n`);
    expect(text).toContain('MONGO_INITDB_ROOT_PASSWORD: ${MONGODB_PASSWORD:?');
  });

  test('no compose file is written or mentioned if its server would not fit the settings', async () => {
    const cwd = await temporaryFolder();
    await run(['--host', '127.0.0.1', '--db', 'a', '--tls'], { cwd });
    expect(await filesIn(cwd)).not.toContain('compose.yaml');
    expect(await readIn(cwd, 'README.md')).not.toContain('docker compose');
    expect(await readIn(cwd, 'src/server.ts')).not.toContain('docker compose');
  });

  test('the next steps use the package manager that started the program', async () => {
    const cwd = await temporaryFolder();
    const { stdout } = await run(['app', '-c', 'db'], { cwd, env: PNPM });
    expect(stdout).toContain('pnpm install\n');
  });

  test('the next steps use the package manager of the lock file, if there is one', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/yarn.lock`, '');
    const { stdout } = await run(['-c', 'db'], { cwd, env: PNPM });
    expect(stdout).toContain('yarn install\n');
  });
});

describe('in a project of the user', () => {
  test('secrets that are added to a .env tracked by git cause a warning, other values do not', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/.env`, 'MINE=1\n', { mode: 0o600 });
    await execa('git', ['init', '-q'], { cwd });
    expect((await run(['.', '-c', 'db'], { cwd })).stderr).toBe('');
    await execa('git', ['add', '--force', '.env'], { cwd });
    expect((await run(['.'], { cwd })).stderr).toBe('');
    await writeFile(`${cwd}/.env`, 'MINE=1\n');
    const { exitCode, stderr } = await run(['.'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: git tracks \.env, .* `git rm --cached \.env` in the project\n$/);
  });

  test.runIf(process.platform !== 'win32').each([0o640, 0o604])(
    'secrets that are added to a .env of mode %o cause a warning, and the mode stays',
    async (mode) => {
      const cwd = await temporaryFolder();
      await writeFile(`${cwd}/.env`, 'MINE=1\n');
      await chmod(`${cwd}/.env`, mode);
      const { stderr } = await run(['.', '-c', 'db'], { cwd });
      expect(stderr).toMatch(
        /^warning: other users of this machine can read \.env, .* `chmod 600 \.env` in the project\n$/,
      );
      expect((await stat(`${cwd}/.env`)).mode & 0o777).toBe(mode);
      expect((await run(['.'], { cwd })).stderr).toBe('');
    },
  );

  test('the lines that mount sessions are printed', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/package.json`, '{"name": "shop"}\n');
    await writeFile(`${cwd}/tsconfig.json`, '{"compilerOptions": {"module": "nodenext"}}\n');
    const { stdout } = await run(['-c', 'mongoose'], { cwd });
    expect(stdout).toContain(
      "import { sessions } from './session/index.js';\n       sessions(app, mongoose.connection);\n",
    );
    expect(await filesIn(cwd)).not.toContain('src/app.ts');
  });

  test.each(['db', 'mongoose'])('the database of the app is not guessed: style %s', async (style) => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/package.json`, '{"name": "shop"}\n');
    const { stdout } = await run(['-c', style], { cwd });
    expect(stdout).toContain('Set MONGODB_URL in .env\n');
    expect(await readIn(cwd, '.env')).toMatch(/^MONGODB_URL=$/m);
    expect(await readIn(cwd, '.env.example')).toMatch(/^MONGODB_URL=$/m);
  });

  test.each(['db', 'mongoose'])('nor that of an app that had a host before: style %s', async (style) => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'host', '--host', 'db.example', '--db', 'shop'], { cwd });
    expect((await run(['.', '-c', style], { cwd })).stdout).toContain('Set MONGODB_URL in .env\n');
    expect(await readIn(cwd, '.env')).toMatch(/^MONGODB_URL=$/m);
    await writeFile(`${cwd}/.env`, 'MONGODB_URL=mongodb://db.example/shop\n');
    await run(['.', '-c', 'host', '--db', 'shop'], { cwd });
    expect((await run(['.', '-c', style], { cwd })).stdout).not.toContain('MONGODB_URL');
    expect(await readIn(cwd, '.env')).toContain('MONGODB_URL=mongodb://db.example/shop\n');
  });

  test.each([
    { flags: [], offers: true },
    { flags: ['--username', 'ann'], offers: false },
  ])(
    'MongoDB without Docker is offered only if the app needs no user there: $flags',
    async ({ flags, offers }) => {
      const cwd = await temporaryFolder();
      const { stdout } = await run(['.', '-c', 'host', '--db', 'shop', ...flags], { cwd });
      const texts = [stdout, await readIn(cwd, 'README.md'), await readIn(cwd, 'src/server.ts')];
      expect(texts.map((text) => text.includes('mongodb-runner'))).toEqual([offers, offers, offers]);
      expect(texts.every((text) => text.includes('docker compose up -d --wait'))).toBe(true);
    },
  );

  test.each([
    ['-c', 'url', '--url', 'mongodb+srv://cluster.example.net/shop'],
    ['-c', 'url', '--url', 'mongodb://db.example/shop'],
    ['-c', 'host', '--db', 'shop', '--host', 'db.example'],
    ['-c', 'host', '--db', 'shop', '--tls'],
  ])(
    'the server of an app does not offer a MongoDB that the app would not use: %s %s %s %s',
    async (...flags) => {
      const cwd = await temporaryFolder();
      await run(['.', ...flags], { cwd });
      expect(await readIn(cwd, 'src/server.ts')).not.toMatch(/on this machine|mongodb-runner|docker compose/);
    },
  );

  test('the database in an existing .env is kept, and is not asked for', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/package.json`, '{"name": "shop"}\n');
    await writeFile(`${cwd}/.env`, 'MONGODB_URL=mongodb://db.example/shop\n');
    const { stdout } = await run(['-c', 'db'], { cwd });
    expect(stdout).toContain('Next steps\n');
    expect(stdout).not.toContain('Set MONGODB_URL');
    expect(await readIn(cwd, '.env')).toContain('MONGODB_URL=mongodb://db.example/shop\n');
  });

  test('if .env has another URL, the given one is not written, and each run with it says so', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/.env`, 'MONGODB_URL=mongodb://db.example/old\n');
    const first = await run(['.', '--url', 'mongodb://db.example/new'], { cwd });
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('.env already has MONGODB_URL'),
    });
    expect(await readIn(cwd, '.env')).toContain('MONGODB_URL=mongodb://db.example/old\n');
    expect((await run(['.', '--rolling'], { cwd })).stdout).not.toContain('.env already has MONGODB_URL');
    expect(first.stdout).not.toContain('Change MONGODB_URL');
    const { stdout } = await run(['.', '--url', 'mongodb://db.example/newer'], { cwd });
    expect(stdout).toContain('.env already has MONGODB_URL');
    expect(stdout).toContain('1. Change MONGODB_URL in .env to the value given this time');
  });

  test('in a fresh clone, the login that only .env had is asked for', async () => {
    const cwd = await temporaryFolder();
    const flags = ['.', '--url', 'mongodb://ann:hidden@db.example/shop'];
    await run(flags, { cwd });
    const step = 'Add the login, if there is one, to MONGODB_URL in the new .env';
    await rm(`${cwd}/.env`);
    expect((await run(['.'], { cwd })).stdout).toContain(step);
    expect((await run(['.', '--rolling'], { cwd })).stdout).not.toContain(step);
    await rm(`${cwd}/.env`);
    expect((await run(flags, { cwd })).stdout).not.toContain(step);
  });

  test('if .env has an empty MONGODB_URL, only one step is about it', async () => {
    const cwd = await temporaryFolder();
    await writeFile(`${cwd}/.env`, 'MONGODB_URL=\n');
    await run(['.', '-c', 'db'], { cwd });
    const { stdout } = await run(['.', '--url', 'mongodb://db.example/shop'], { cwd });
    expect(stdout.match(/^.*MONGODB_URL.*$/gm)).toEqual(['  1. Set MONGODB_URL in .env']);
  });
});

describe('undo', () => {
  test.each([
    '--yes',
    '--diff',
    '--ttl=5',
    '--on-conflict=mine',
    '--restore=a',
    '--config=a',
    '--app',
    '--install',
  ])('refuses %s, which it does not have', async (flag) => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    const { exitCode, stderr } = await run(['undo', flag], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`undo: does not accept ${flag.split('=', 1)}`);
    expect(await filesIn(cwd)).toContain('src/app.ts');
  });

  test.each([
    { flag: '--dry-run', exitCode: 0 },
    { flag: '--check', exitCode: 3 },
  ])('$flag shows what it would do and writes nothing', async ({ flag, exitCode }) => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    const before = await textsIn(cwd);
    const result = await run(['undo', flag], { cwd });
    expect(result).toMatchObject({ exitCode, stdout: expect.stringContaining('- removed   src/app.ts\n') });
    expect(result.stdout).toContain('Nothing was written.');
    expect(await textsIn(cwd)).toBe(before);
  });

  test('in a folder of the project, the error names the folder in which it looked', async () => {
    const cwd = await temporaryFolder();
    await run(['.', '-c', 'db'], { cwd });
    const { exitCode, stderr } = await run(['undo'], { cwd: join(cwd, 'src') });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: There is no run to undo in .+src\.\n$/);
  });

  test('--check finds nothing to undo if there was no run', async () => {
    expect(await run(['undo', '--check'], { cwd: await temporaryFolder() })).toMatchObject({ exitCode: 0 });
  });
});

describe('a run started by npm create', () => {
  const npm = { npm_command: 'init', npm_config_user_agent: 'npm/11.0.0 node/v22.0.0' };

  test('stops if npm took flags for itself, and shows the corrected command', async () => {
    const cwd = await temporaryFolder();
    const env = { ...npm, npm_config_connection: 'true', npm_config_ttl: '60', npm_config_dry_run: 'true' };
    const { exitCode, stderr } = await run(['app', 'db'], { cwd, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('npx create-koa-mongo-session@latest app --connection db --ttl 60 --dry-run\n');
    expect(await filesIn(cwd)).toEqual([]);
  });

  test.each([
    { words: ['30d'], taken: { ttl: 'true' }, shown: '. --ttl 30d' },
    {
      words: ['mongodb://ann@h/d'],
      taken: { url: 'true', encrypt: 'true' },
      shown: '. --url <url> --encrypt',
    },
    { words: ['app'], taken: { user_key: '', collection: '-x' }, shown: 'app --collection=-x --no-user-key' },
    { words: ['app', 'src'], taken: { restore: 'true', diff: 'src' }, shown: 'app --diff src --restore src' },
    { words: ['app'], taken: { restore: 'a.ts\n\nb.ts' }, shown: 'app --restore a.ts --restore b.ts' },
    {
      words: ['app', 'mine'],
      taken: { on_conflict: 'true', diff: 'true' },
      shown: 'app --diff --on-conflict mine',
    },
  ])(
    'takes no value of a flag for the directory, and loses none: $shown',
    async ({ words, taken, shown }) => {
      const variables = Object.entries(taken).map(([name, value]) => [`npm_config_${name}`, value]);
      const { stderr } = await run(words, {
        cwd: await temporaryFolder(),
        env: { ...npm, ...Object.fromEntries(variables) },
      });
      expect(stderr).toContain(`npx create-koa-mongo-session@latest ${shown}\n`);
    },
  );

  test('shows the corrected command with the flags that arrived, and without passwords', async () => {
    const cwd = await temporaryFolder();
    const env = { ...npm, npm_config_connection: 'true' };
    const { stderr } = await run(['app', 'url', '--', '--url', 'mongodb://a:hunter2@h/d', '--ttl', '1d'], {
      cwd,
      env,
    });
    expect(stderr).toContain(' app --connection url --url <url> --ttl 1d\n');
    expect(stderr).not.toContain('hunter2');
  });

  test('does not show a URL that npm took', async () => {
    const cwd = await temporaryFolder();
    const env = { ...npm, npm_config_url: 'mongodb://ann:hunter2@h/d' };
    const { exitCode, stderr } = await run(['app'], { cwd, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(' app --url <url>\n');
    expect(stderr).not.toContain('hunter2');
  });

  test('stops if npm exec took --check, and would otherwise write', async () => {
    const cwd = await temporaryFolder();
    const env = { ...npm, npm_command: 'exec', npm_config_check: 'true' };
    const { exitCode, stderr } = await run(['.', '-c', 'db'], { cwd, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(' . --check -c db\n');
    expect(await filesIn(cwd)).toEqual([]);
  });

  test("treats npm's own --dry-run as a dry run", async () => {
    const cwd = await temporaryFolder();
    const env = { ...npm, npm_config_dry_run: 'true' };
    expect(await run(['app', '-c', 'db'], { cwd, env })).toMatchObject({ exitCode: 0 });
    expect(await filesIn(cwd)).toEqual([]);
  });

  test.each(['npm_config_yes', 'npm_config_force'])('%s is no consent', async (name) => {
    const cwd = await temporaryFolder();
    expect(await run(['app'], { cwd, env: { ...npm, [name]: 'true' } })).toMatchObject({ exitCode: 2 });
  });

  test.each([{ args: ['--', 'app', '-c', 'db'] }, { args: ['app', '--', '-c', 'db'] }])(
    'ignores a stray --: $args',
    async ({ args }) => {
      const cwd = await temporaryFolder();
      expect(await run(args, { cwd })).toMatchObject({ exitCode: 0 });
      expect(await filesIn(`${cwd}/app`)).toEqual(expect.arrayContaining(GENERATED));
    },
  );
});

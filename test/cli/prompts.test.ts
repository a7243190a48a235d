import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  filesIn,
  PROGRAM,
  readIn,
  rememberedIn,
  run,
  runAtTerminal,
  temporaryFolder,
} from '../support/program.ts';
import { oneIn } from '../support/sampling.ts';
import { KEYS, Terminal } from '../support/terminal.ts';

const { enter, down, ctrlC, ctrlD } = KEYS;

const STYLE = 'How does the app connect to MongoDB?';
const LAST = [
  ['Collection', ''],
  ['A session ends this long after its last use', ''],
  ['Change anything else?', ''],
  ['Install the packages now', 'n'],
] as const;

const CASES = [
  {
    style: 'url',
    answers: [
      [STYLE, ''],
      ['Connection string', 'mongodb://user:pa55word@db.example/shop'],
    ],
    remembered: { connection: 'url', url: 'mongodb://db.example/shop' },
  },
  {
    style: 'host',
    answers: [
      [STYLE, down],
      ['Host', 'db.example'],
      ['Port', '27018'],
      ['Database', 'shop'],
      ['User name', 'ann'],
      ['Database in which the user is defined', ''],
      ['Connect with TLS?', 'y'],
    ],
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
  { style: 'db', answers: [[STYLE, down + down]], remembered: { connection: 'db' } },
  { style: 'mongoose', answers: [[STYLE, down + down + down]], remembered: { connection: 'mongoose' } },
] as const;

describe('at a terminal', () => {
  const sampled = oneIn(4);

  for (const { style, answers, remembered } of CASES)
    sampled(`answers make a project of style ${style}`, async () => {
      const cwd = await temporaryFolder();
      const terminal = runAtTerminal(['app'], { cwd });
      for (const [question, keys] of [...answers, ...LAST]) await terminal.answer(question, keys);
      expect(await terminal.ended).toMatchObject({ exitCode: 0 });
      expect(await rememberedIn(`${cwd}/app`)).toMatchObject({
        ...remembered,
        collection: 'sessions',
        ttl: '14d',
      });
      expect(terminal.screen).not.toContain('is missing');
    });

  sampled('a bad answer is rejected with its rule, and the question is asked again', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--connection', 'mongoose'], { cwd });
    await terminal.answer('Collection', 'system.users');
    await terminal.sees('MongoDB reserves `system.`');
    terminal.type(`${'\u007F'.repeat(12)}logins${enter}`);
    await terminal.answer('A session ends', '14 fortnights');
    await terminal.sees('must be a duration');
    terminal.type(`${'\u007F'.repeat(13)}2w${enter}`);
    await terminal.answer('Change anything else?', '');
    await terminal.answer('Install the packages now', 'n');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ collection: 'logins', ttl: '14d' });
  });

  sampled('a lifetime that contradicts an earlier answer is asked for again', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '-c', 'db', '--absolute-ttl', '7d'], { cwd });
    await terminal.answer('Collection', '');
    await terminal.answer('A session ends', '14d');
    await terminal.sees('--absolute-ttl 7d must not be shorter than --ttl, 14d');
    terminal.type(`${'\u007F'.repeat(3)}7d${enter}`);
    await terminal.answer('Change anything else?', '');
    await terminal.answer('Install the packages now', 'n');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ ttl: '7d', absoluteTtl: '7d' });
  });

  sampled('a connection string stays on the screen without its credentials', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '-c', 'url'], { cwd });
    await terminal.answer('Connection string', 'mongodb://ann:pa55word@db.example/shop');
    await terminal.sees('✔ Connection string mongodb://<credentials>@db.example/shop');
    await terminal.sees('Collection');
    terminal.type(ctrlC);
    await terminal.ended;
  });

  test.each([{}, { TERM: 'dumb' }])(
    'with %o, white space around a pasted answer is left out',
    async (env) => {
      const cwd = await temporaryFolder();
      const terminal = runAtTerminal(['app', '-c', 'url'], { cwd, env });
      await terminal.answer('Connection string', '  mongodb://ann:pa55word@db.example/shop ');
      await terminal.answer('Collection', 'logins ');
      await terminal.answer('A session ends', ' 3d');
      await terminal.answer('Change anything else?', '');
      await terminal.answer('Install the packages now', 'n');
      expect(await terminal.ended).toMatchObject({ exitCode: 0 });
      expect(await rememberedIn(`${cwd}/app`)).toMatchObject({
        url: 'mongodb://db.example/shop',
        collection: 'logins',
        ttl: '3d',
      });
    },
  );

  sampled(
    'when answers are changed, adoption can be turned off, but not on: that takes other answers, too',
    async () => {
      const cwd = await temporaryFolder();
      const adopting = ['--adopt', 'koa-session-mongo', '--collection', 'logins'];
      for (const flags of [[], adopting]) {
        await run(['app', '-c', 'db', ...flags], { cwd });
        const terminal = runAtTerminal(['app'], { cwd, env: { TERM: 'dumb' } });
        await terminal.answer('Change an answer?', 'y');
        await terminal.answer('Which ones?', flags === adopting ? 'adopt' : '');
        if (flags === adopting) await terminal.answer('Continue the sessions', 'none');
        else await terminal.answer('Change an answer?', '');
        expect(await terminal.ended).toMatchObject({ exitCode: 0 });
        expect(terminal.screen.includes('Store to continue')).toBe(flags === adopting);
        expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ adopt: null });
      }
    },
  );

  test.each([{}, { TERM: 'dumb' }])(
    'an answer that is neither yes nor no is not taken for the suggested one: %j',
    async (env) => {
      const cwd = await temporaryFolder();
      const terminal = runAtTerminal(['app', '-c', 'db'], { cwd, env });
      await terminal.answer('Collection', '');
      await terminal.answer('A session ends', '');
      await terminal.answer('Change anything else?', '');
      await terminal.answer('Install the packages now', 'skip');
      await terminal.answer('answer yes or no', `${KEYS.backspace.repeat(4)}NO`);
      expect(await terminal.ended).toMatchObject({ exitCode: 0 });
      expect(terminal.screen).not.toContain('Installing');
    },
  );

  test('without cursor control, an arrow key does not become a part of a name', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal([], { cwd, env: { TERM: 'dumb' } });
    await terminal.answer('Project folder', `${KEYS.up}shop`);
    await terminal.answer('Not taken: arrow keys', 'ship🚢');
    await terminal.answer(STYLE, 'db');
    await terminal.answer('Collection', KEYS.down);
    await terminal.sees('Not taken: arrow keys');
    terminal.type(ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
  });

  test.skipIf(process.platform === 'win32')('a question can be answered after Ctrl-Z and fg', async () => {
    const cwd = await temporaryFolder();
    const command = `${process.execPath} ${PROGRAM} app -c db`;
    const shell = new Terminal('bash', ['--norc', '-i'], { cwd, env: { PATH: process.env.PATH ?? '' } });
    onTestFinished(() => shell.kill('SIGKILL'));
    shell.type(`${command}${enter}`);
    await shell.sees('Collection of the sessions');
    shell.type('log\u001A');
    await shell.sees('Stopped');
    shell.type(`fg${enter}`);
    await shell.sees(command);
    // In this time, a program that has lost its input ends.
    await setTimeout(500);
    shell.type(`ins${enter}`);
    await shell.sees('Collection of the sessions logins');
    await shell.answer('A session ends', ctrlC);
    await shell.sees('Nothing was written.');
  });

  test.each([
    { columns: 64, what: 'the options', until: 'Exit codes:' },
    { columns: 80, what: 'everything', until: 'readme' },
  ])('in a terminal of $columns columns, --help breaks $what between words', async ({ columns, until }) => {
    // The shell stays: what is still unread when the last program of a terminal ends can be lost.
    const program = ['-c', '"$@"; read -r _', 'sh', process.execPath, PROGRAM, '--help'];
    const env = { PATH: process.env.PATH ?? '', TERM: 'xterm' };
    const terminal = new Terminal('sh', program, { cwd: await temporaryFolder(), env, columns });
    onTestFinished(() => terminal.kill('SIGKILL'));
    await terminal.sees(until);
    const lines = terminal.screen.split(until)[0]?.split('\n') ?? [];
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test('a terminal that says it has no columns, as in a container, gets lines of 80', async () => {
    const cwd = await temporaryFolder();
    const program = ['-c', 'stty cols 0; exec "$@"', 'sh', process.execPath, PROGRAM];
    const env = { PATH: process.env.PATH ?? '', TERM: 'xterm' };
    const terminal = new Terminal('sh', [...program, 'app', '--ttl', '0'], { cwd, env });
    expect(await terminal.ended).toMatchObject({ exitCode: 2 });
    expect(terminal.screen).toContain(
      'error: --ttl: must be a duration: whole seconds, or a whole number with',
    );
  });

  sampled('if package.json names an old store, a question asks whether to adopt its sessions', async () => {
    const cwd = await temporaryFolder();
    const dependencies = { 'koa-session-store': '^2.0.0', 'koa-session-mongo': '^1.1.0' };
    await writeFile(`${cwd}/package.json`, JSON.stringify({ name: 'shop', dependencies }));
    const terminal = runAtTerminal(['.', '-c', 'db'], { cwd });
    await terminal.answer('Continue the sessions of another store?', '');
    await terminal.answer('Collection of the other store', '');
    for (const [question, keys] of LAST) await terminal.answer(question, keys);
    await terminal.answer('Write this?', '');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(cwd)).toMatchObject({
      adopt: 'koa-session-mongo',
      adoptCollection: 'sessions',
      collection: 'koa_sessions',
      cookieName: 'koa:sess',
    });
    expect(terminal.screen).toMatch(/put app\.keys of the old app into\s+APP_KEYS/);
    expect(await readIn(cwd, '.env')).toMatch(/^APP_KEYS=$/m);
  });

  sampled('after a URL without a database, the database is asked for', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--ttl', '1d', '--collection', 'logins'], { cwd });
    await terminal.answer(STYLE, '');
    await terminal.answer(
      'Connection string',
      'mongodb+srv://user:pa55word@cluster.example/?retryWrites=true',
    );
    await terminal.answer('Database', 'shop');
    await terminal.answer('Change anything else?', '');
    await terminal.answer('Install the packages now', 'n');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await readIn(`${cwd}/app`, '.env')).toContain(
      'mongodb+srv://user:pa55word@cluster.example/shop?retryWrites=true&authSource=admin',
    );
  });

  sampled(
    'each option picked from the list is asked for, and so are options that an answer makes relevant',
    async () => {
      const cwd = await temporaryFolder();
      const terminal = runAtTerminal(['app', '-c', 'db', '--collection', 'logins', '--ttl', '1d'], { cwd });
      await terminal.answer('Change anything else?', 'a');
      await terminal.answer('Such as 12h or 30d', '30d');
      await terminal.answer('Renew the cookie', 'y');
      await terminal.answer('renewed at most this often', '');
      await terminal.answer('names its user', 'userId');
      await terminal.answer('Encrypt the payload', '');
      await terminal.answer('When two requests', down);
      await terminal.answer('Name of the cookie', 'sid');
      await terminal.answer('Folder of the session files', 'src/web/session');
      await terminal.answer('How do imports end?', '');
      await terminal.answer('Write an app', 'n');
      await terminal.answer('Package manager', '');
      await terminal.answer('Install the packages now', 'n');
      expect(await terminal.ended).toMatchObject({ exitCode: 0 });
      expect(await rememberedIn(`${cwd}/app`)).toMatchObject({
        connection: 'db',
        legacyCookie: false,
        packageManager: 'npm',
        collection: 'logins',
        ttl: '1d',
        absoluteTtl: '30d',
        rolling: true,
        userKey: 'userId',
        encrypt: false,
        onConcurrentWrite: 'overwrite',
        cookieName: 'sid',
        dir: 'src/web/session',
        importExtension: 'auto',
        app: false,
      });
    },
  );

  sampled('two answers that depend on each other can be changed at once', async () => {
    const cwd = await temporaryFolder();
    await run(['-c', 'db', '--absolute-ttl', '30d'], { cwd });
    const terminal = runAtTerminal([], { cwd });
    await terminal.answer('Change an answer?', 'y');
    await terminal.answer('Which ones?', `${down.repeat(2)} ${down} `);
    await terminal.answer('The TTL, such as', '60d');
    await terminal.answer('Such as 12h or 30d', '90d');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(cwd)).toMatchObject({ ttl: '60d', absoluteTtl: '90d' });
  });

  sampled('after answers that were typed as JSON, nothing is asked, since the input has ended', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--config', '-'], { cwd });
    terminal.type(`{"connection":"db"}${enter}${ctrlD}`);
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
  });

  sampled('Ctrl-C at a question ends with 130 and writes nothing', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--connection', 'mongoose'], { cwd });
    await terminal.sees('Collection');
    terminal.type(ctrlC);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(await filesIn(cwd)).toEqual([]);
  });

  sampled('the end of input at a question ends with 2 and writes nothing', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--connection', 'mongoose'], { cwd });
    await terminal.sees('Collection');
    terminal.type(ctrlD);
    expect(await terminal.ended).toMatchObject({ exitCode: 2 });
    expect(terminal.screen).toContain('the input ended');
    expect(await filesIn(cwd)).toEqual([]);
  });

  test('without cursor control, the message about the end of input has a line of its own', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app'], { cwd, env: { TERM: 'dumb' } });
    await terminal.sees('Number, or Enter for 1:');
    terminal.type(ctrlD);
    expect(await terminal.ended).toMatchObject({ exitCode: 2 });
    expect(terminal.screen).toContain('\nerror: the input ended');
  });

  sampled('SIGTERM at a question ends with 143, writes nothing and restores the cursor', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app'], { cwd });
    await terminal.sees(STYLE);
    process.kill(terminal.pid, 'SIGTERM');
    expect(await terminal.ended).toMatchObject({ exitCode: 143 });
    expect(terminal.rawOutput.endsWith('\u001B[?25h\r\nNothing was written.\r\n')).toBe(true);
    expect(await filesIn(cwd)).toEqual([]);
  });

  sampled('a bad flag is reported before any question', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--ttl', '0'], { cwd });
    expect(await terminal.ended).toMatchObject({ exitCode: 2 });
    expect(terminal.screen).toContain('--ttl: must be a duration');
    expect(terminal.screen).not.toContain(STYLE);
  });

  sampled('a later run does not ask for saved answers', async () => {
    const cwd = await temporaryFolder();
    await run(['app', '--connection', 'db'], { cwd });
    const terminal = runAtTerminal(['app', '--ttl', '1d'], { cwd });
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ connection: 'db', ttl: '1d' });
  });

  sampled('--yes asks no questions', async () => {
    const cwd = await temporaryFolder();
    const terminal = runAtTerminal(['app', '--yes'], { cwd });
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(await rememberedIn(`${cwd}/app`)).toMatchObject({ connection: 'url' });
  });

  test.each([{ CI: 'true' }, { AI_AGENT: '1' }, { CLAUDECODE: '1' }])(
    'no questions are asked with %o in the environment',
    async (env) => {
      const cwd = await temporaryFolder();
      const terminal = runAtTerminal(['app'], { cwd, env });
      expect(await terminal.ended).toMatchObject({ exitCode: 2 });
      expect(terminal.screen).toContain('--connection <url|host|db|mongoose>');
    },
  );
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Browser } from '../support/http.ts';
import { useDatabase } from '../support/mongo/index.ts';
import { MODULES } from '../support/packages.ts';
import { runAtTerminal, temporaryFolder } from '../support/program.ts';
import { oneIn } from '../support/sampling.ts';
import { KEYS, type Terminal } from '../support/terminal.ts';

const database = useDatabase();
const sampled = oneIn(16);

/** An npm that installs by linking the packages of this repository, and otherwise calls the real npm. */
function npmThatInstalls(cwd: string): string {
  const npm = `#!/bin/sh
if [ "$1" = install ]; then exec ln -s ${MODULES} node_modules; fi
PATH=\${PATH#*:} exec npm "$@"
`;
  mkdirSync(join(cwd, 'bin'));
  writeFileSync(join(cwd, 'bin/npm'), npm, { mode: 0o755 });
  return `${join(cwd, 'bin')}:${process.env.PATH}`;
}

const ENDS = [
  { by: 'Ctrl-C', end: (terminal: Terminal) => terminal.type(KEYS.ctrlC), exitCode: 130 },
  { by: 'SIGTERM', end: (terminal: Terminal) => process.kill(terminal.pid, 'SIGTERM'), exitCode: 143 },
];

for (const { by, end, exitCode } of ENDS) {
  const starts = 'yes creates the indexes and starts the app at an address that answers';
  sampled(`"Start it now?": ${starts}, and ${by} ends it`, async () => {
    const cwd = await temporaryFolder();
    const env = { PATH: npmThatInstalls(cwd), PORT: '0' };
    const collection = `ended_by_${exitCode}`;
    const args = ['shop', '-c', 'url', '--url', database.url, '--collection', collection, '--ttl', '1d'];
    const terminal = runAtTerminal(args, { cwd, env });
    await terminal.answer('Change anything else?', '');
    await terminal.answer('Install the packages now with npm?', '');
    await terminal.sees('Installed with npm');
    await terminal.answer('Start it now?', '');

    await terminal.sees('$ npm run migrate:sessions');
    await terminal.sees('create index {"name":"session_ttl"');
    await terminal.sees('done, and verified');
    await terminal.sees('$ npm run dev');
    await terminal.sees('Listening on http://localhost:');
    await terminal.sees('\n');
    const [, port] = /Listening on http:\/\/localhost:(\d+)/.exec(terminal.screen) ?? [];
    const origin = `http://localhost:${port}`;
    expect((await new Browser(origin).get('/')).text).toContain('Views: 1');
    // The database is not started, since it already answers.
    expect(terminal.screen).not.toContain('$ docker');

    end(terminal);
    expect(await terminal.ended, terminal.screen).toMatchObject({ exitCode });
    expect(terminal.screen).toContain('The app was stopped; all files are written.');
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
  });
}

sampled('a command that fails is named, with exit code 5 and how to continue', async () => {
  const cwd = await temporaryFolder();
  const env = { PATH: npmThatInstalls(cwd) };
  const args = ['shop', '-c', 'url', '--url', database.url, '--collection', 'others', '--ttl', '1d'];
  const terminal = runAtTerminal(args, { cwd, env });
  await terminal.answer('Change anything else?', '');
  await terminal.answer('Install the packages now with npm?', '');
  await terminal.sees('Next steps');
  writeFileSync(join(cwd, 'shop/scripts/migrate-sessions.ts'), 'process.exitCode = 6;\n');
  await terminal.answer('Start it now?', '');
  expect(await terminal.ended, terminal.screen).toMatchObject({ exitCode: 5 });
  expect(terminal.screen).toMatch(/npm run migrate:sessions ended with exit code 6; all files are\s+written/);
  expect(terminal.screen).not.toContain('$ npm run dev');
});

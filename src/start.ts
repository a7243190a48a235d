import { UserError } from './core/errors.ts';
import type { Step } from './core/report/step.ts';
import { runCommand } from './io/command.ts';
import { say } from './io/terminal/output.ts';
import { unbroken } from './io/terminal/signals.ts';

const STOPPED = { written: true, text: 'The app was stopped; all files are written.' };
const CONNECT_MS = 1000;

/**
 * Runs the commands of the steps in the project, one after the other. The last one is the app, which prints its address
 * and runs until it is stopped. The command that starts a database is skipped if one responds already.
 *
 * @param port of MongoDB on this machine
 * @throws UserError (5) that names the failed command
 */
export async function startApp(root: string, steps: readonly Step[], port: number): Promise<void> {
  const isServed = await isListening(port);
  const needed = steps.filter(({ instead }) => !(isServed && instead));
  for (const line of needed.flatMap(({ commands }) => commands)) {
    if (line.startsWith('cd ')) continue;
    say(`\n$ ${line}\n`);
    const run = () => runCommand(line.split(' '), { cwd: root, stdio: ['inherit', 2, 'inherit'] });
    const { problem } = await unbroken(run, STOPPED);
    if (problem === undefined) continue;
    throw new UserError(`${line} ${problem}; all files are written. Continue with the steps above.`, 5);
  }
}

function isListening(port: number): Promise<boolean> {
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_MS });
    const end = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

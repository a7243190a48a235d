import { carryOut } from './command.ts';

/* Runs a command in its own process, for tests of processes. */
const { exitCode, stdout, stderr } = await carryOut(process.argv.slice(2), process.stdin.isTTY === true);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;

import { carryOut } from './command.ts';

/* A process that carries out a command, for what is about processes. */
const { exitCode, stdout, stderr } = await carryOut(process.argv.slice(2), process.stdin.isTTY === true);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;

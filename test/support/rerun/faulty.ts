import { writeSync } from 'node:fs';
import { type Calls, injectFault } from './faults.ts';

/*
 * Loaded before the program: makes the file system fail. FAULT, FAULT_ROOT, FAULT_OF, FAULT_AT and FAULT_CALL are
 * `fault`, `root`, `of`, `at` and `call` of faults.ts.
 */
const { FAULT, FAULT_ROOT, FAULT_OF, FAULT_AT, FAULT_CALL } = process.env;

const calls = injectFault(
  {
    root: FAULT_ROOT ?? '/',
    fault: FAULT ?? '',
    of: FAULT_OF === 'all' ? 'all' : 'writes',
    at: Number(FAULT_AT),
    call: FAULT_CALL,
  },
  tell,
);

process.on('exit', () => tell(calls));

function tell({ hit }: Calls): void {
  if (hit !== undefined) writeSync(process.stderr.fd, `met the fault at ${hit}\n`);
}

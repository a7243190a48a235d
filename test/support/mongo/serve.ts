import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { memoryFolder } from '../memory-folder.ts';
import { chooseSource } from './choose.ts';
import { startFrom } from './start.ts';

// A mongod on the disk takes half as long again for its tests.
process.env.TMPDIR ??= memoryFolder() ?? tmpdir();

/**
 * Runs the stand-in, or the server that tests would choose, as a process: prints its URL, and ends on SIGTERM or
 * SIGINT.
 */
const { values } = parseArgs({
  options: {
    chosen: { type: 'boolean', default: false },
    port: { type: 'string' },
    auth: { type: 'string' },
    tls: { type: 'boolean', default: false },
    'replica-set': { type: 'boolean', default: false },
    'server-version': { type: 'string' },
    'ttl-monitor-seconds': { type: 'string' },
  },
});

const [username, ...password] = values.auth?.split(':') ?? [];

const server = await startFrom(
  values.chosen ? await chooseSource() : { kind: 'stand-in', because: 'it was asked for' },
  {
    tls: values.tls,
    replicaSet: values['replica-set'],
    ...(values.port !== undefined && { port: Number(values.port) }),
    ...(username !== undefined && { auth: { username, password: password.join(':') } }),
    ...(values['server-version'] !== undefined && { version: values['server-version'] }),
    ...(values['ttl-monitor-seconds'] !== undefined && {
      ttlMonitorSeconds: Number(values['ttl-monitor-seconds']),
    }),
  },
);
process.stdout.write(`${server.url}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.stop());

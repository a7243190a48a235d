import { parseArgs } from 'node:util';
import { StandIn } from '../../support/mongo/stand-in/server.ts';

/** A program that mongodb-memory-server accepts as a mongod: it has the flags and the log line. */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    dbpath: { type: 'string' },
    storageEngine: { type: 'string' },
    bind_ip: { type: 'string' },
    auth: { type: 'boolean' },
    noauth: { type: 'boolean' },
    setParameter: { type: 'string', multiple: true, default: [] },
  },
});

const parameters = Object.fromEntries(values.setParameter.map((text) => text.split('=')));
const standIn = await StandIn.start({
  port: Number(values.port),
  version: '6.0.99',
  authorization: values.auth ?? false,
  ttlMonitorSeconds: Number(parameters.ttlMonitorSleepSecs ?? 60),
});
process.stdout.write('{"msg":"Waiting for connections"}\n');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.close());

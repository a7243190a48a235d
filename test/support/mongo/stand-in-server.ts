import { readFile } from 'node:fs/promises';
import { type Machine, usersFor } from './own-server.ts';
import { StandIn } from './stand-in/server.ts';
import { KEY_AND_CERTIFICATE_FILE } from './tls.ts';
import type { ServerOptions } from './types.ts';

const REPLICA_SET = 'rs0';

/** Starts the stand-in in this process. */
export async function startStandIn(options: ServerOptions): Promise<Machine> {
  const { auth, port, version, ttlMonitorSeconds } = options;
  const standIn = await StandIn.start({
    ...(port !== undefined && { port }),
    ...(version !== undefined && { version }),
    ...(ttlMonitorSeconds !== undefined && { ttlMonitorSeconds }),
    ...(auth && { authorization: true, users: usersFor(auth) }),
    ...(options.tls && { tls: { keyAndCertificate: await readFile(KEY_AND_CERTIFICATE_FILE, 'utf8') } }),
    ...(options.replicaSet && { replicaSet: REPLICA_SET }),
  });
  return {
    kind: 'stand-in',
    hosts: [`127.0.0.1:${standIn.port}`],
    version: standIn.state.version.text,
    replicaSet: options.replicaSet ? REPLICA_SET : undefined,
    stepDown: { replSetStepDown: 1, secondaryCatchUpPeriodSecs: 0, force: true },
    pause: () => standIn.close(),
    resume: () => standIn.listen(),
    stop: () => standIn.close(),
  };
}

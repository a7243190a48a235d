import { ObjectId } from 'bson';
import { Cursors } from './cursors.ts';
import { FailPoints } from './fail-points.ts';
import { Replication } from './replication.ts';
import { Sessions } from './sessions.ts';
import { Storage } from './storage.ts';
import { TtlMonitor } from './ttl.ts';
import { Users } from './users.ts';
import type { Version } from './version.ts';

/** The state of one server, shared by its connections. It survives a pause. */
export class ServerState {
  readonly version: Version;
  readonly authorization: boolean;
  readonly storage = new Storage();
  readonly users = new Users();
  readonly sessions = new Sessions();
  readonly failPoints = new FailPoints();
  readonly cursors = new Cursors();
  readonly ttl: TtlMonitor;
  readonly replication: Replication | undefined;
  readonly processId = new ObjectId();
  readonly startedAt = Date.now();
  readonly connections = { current: 0, totalCreated: 0 };
  readonly opCounts: Record<string, number> = {};
  address = '';

  constructor(options: {
    version: Version;
    authorization: boolean;
    replicaSet: string | undefined;
    ttlSeconds: number;
  }) {
    this.version = options.version;
    this.authorization = options.authorization;
    this.replication = options.replicaSet === undefined ? undefined : new Replication(options.replicaSet);
    this.ttl = new TtlMonitor(this, options.ttlSeconds);
  }
}

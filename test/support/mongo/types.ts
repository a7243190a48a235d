export interface Role {
  role: string;
  db: string;
}

export interface MongoServer {
  /** `mongodb://127.0.0.1:port/`, with credentials when they are needed, without a database name. */
  url: string;
  kind: 'url' | 'mongod' | 'stand-in';
  /** Such as '7.0.14'. */
  version: string;
  /** Stops the server permanently. Data is dropped, except on a server named by MONGODB_TEST_URL. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Requires authentication. The user is created in the database `admin`, by default with the role `root`. */
  auth?: { username: string; password: string; roles?: Role[] };
  tls?: boolean;
  /** A replica set instead of a standalone server, so that drivers retry writes. */
  replicaSet?: boolean;
  /** Interval between deletions of expired documents; 60 by default. */
  ttlMonitorSeconds?: number;
  port?: number;
  /** The MongoDB version that the stand-in imitates, such as '4.4'. Ignored by a real server. */
  version?: string;
}

/** Options of `configureFailPoint`. See MongoDB's "failCommand" fail point. */
export interface FailCommand {
  failCommands: string[];
  /** Default: `{times: 1}`. */
  mode?: 'off' | 'alwaysOn' | { times: number } | { skip: number };
  errorCode?: number;
  /** Additional fields of the error; a server never sends 11000 without `keyPattern` and `keyValue`. */
  errorExtraInfo?: Record<string, unknown>;
  closeConnection?: boolean;
  /** Delay of the commands, in ms. */
  blockTimeMS?: number;
  appName?: string;
  errorLabels?: string[];
  /** Copied into the reply. */
  writeConcernError?: { code: number; codeName?: string; errmsg: string };
}

export interface NewUser {
  username: string;
  password: string;
  roles: Role[];
  /** Default: `admin`. */
  db?: string;
}

/** A server for one test, which may stop it, slow it down or make it fail. */
export interface OwnServer extends MongoServer {
  port: number;
  tls?: { caFile: string };
  /** Stops listening and closes all connections; keeps data and port. */
  pause(): Promise<void>;
  /** Waits until the server answers; for a replica set, until there is a primary. */
  resume(): Promise<void>;
  failCommand(spec: FailCommand): Promise<void>;
  /** Makes the primary of a replica set step down. After a moment, there is a primary again. */
  stepDown(): Promise<void>;
  /** Returns the URL for the new user. */
  createUser(user: NewUser): Promise<string>;
}

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
  /** For good; data is dropped, except that of a server named by MONGODB_TEST_URL. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Refuses unknown users. The user is defined in the database `admin`, by default with the role `root`. */
  auth?: { username: string; password: string; roles?: Role[] };
  tls?: boolean;
  /** A replica set instead of a standalone server, so that drivers retry writes. */
  replicaSet?: boolean;
  /** How often expired documents are deleted; 60 by default. */
  ttlMonitorSeconds?: number;
  port?: number;
  /** The version that the stand-in behaves as, such as '4.4'; a real server has its own. */
  version?: string;
}

/** What `configureFailPoint` does to commands. See MongoDB's "failCommand" fail point. */
export interface FailCommand {
  failCommands: string[];
  /** Default: `{times: 1}`. */
  mode?: 'off' | 'alwaysOn' | { times: number } | { skip: number };
  errorCode?: number;
  /** What an error of this code has beside it; a server gives no 11000 without its `keyPattern` and `keyValue`. */
  errorExtraInfo?: Record<string, unknown>;
  closeConnection?: boolean;
  /** How long commands wait, in ms, before they go on. */
  blockTimeMS?: number;
  appName?: string;
  errorLabels?: string[];
  /** Put into the reply as it is. */
  writeConcernError?: { code: number; codeName?: string; errmsg: string };
}

export interface NewUser {
  username: string;
  password: string;
  roles: Role[];
  /** Default: `admin`. */
  db?: string;
}

/** A server that a test may stop, slow or fail, for it is the test's own. */
export interface OwnServer extends MongoServer {
  port: number;
  tls?: { caFile: string };
  /** Stops listening and ends every connection; data and port are kept. */
  pause(): Promise<void>;
  /** Waits until the server answers, a replica set by a primary. */
  resume(): Promise<void>;
  failCommand(spec: FailCommand): Promise<void>;
  /** Makes the primary of a replica set step down; there is a primary again after a moment. */
  stepDown(): Promise<void>;
  /** Gives back the URL with which the new user connects. */
  createUser(user: NewUser): Promise<string>;
}

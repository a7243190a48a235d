import type { Document } from 'bson';
import { CommandFailure } from './errors.ts';
import { type Credentials, deriveCredentials } from './scram.ts';
import { isDocument, textOf } from './values.ts';

export interface RoleName {
  role: string;
  db: string;
}

/** Actions allowed on a database, on every database, or on the whole server. */
interface Privilege {
  /** A database name; '' is any. */
  db: string;
  /** A collection name; '' is any. */
  collection: string;
  cluster: boolean;
  actions: ReadonlySet<string>;
}

export interface Need {
  action: string;
  /** Absent for actions on the whole server. */
  db?: string;
  collection?: string;
}

export interface User {
  user: string;
  db: string;
  roles: RoleName[];
  credentials: Credentials;
}

interface CustomRole extends RoleName {
  roles: RoleName[];
  privileges: Privilege[];
}

const READ = ['find', 'listIndexes', 'listCollections', 'killCursors', 'collStats', 'dbStats'];
const READ_WRITE = [
  ...READ,
  'insert',
  'update',
  'remove',
  'createCollection',
  'dropCollection',
  'createIndex',
  'dropIndex',
];
const DB_ADMIN = [
  'collMod',
  'createCollection',
  'dropCollection',
  'createIndex',
  'dropIndex',
  'dropDatabase',
  'listIndexes',
  'listCollections',
  'killCursors',
  'collStats',
  'dbStats',
];
const USER_ADMIN = ['createUser', 'dropUser', 'viewUser', 'createRole', 'dropRole', 'viewRole', 'grantRole'];
const MONITOR = ['serverStatus', 'getParameter', 'listDatabases'];
const MANAGE = [
  'setParameter',
  'replSetStateChange',
  'killAnySession',
  'killAnyCursor',
  'shutdown',
  'configureFailPoint',
];

const DATABASE_ROLES: Readonly<Record<string, readonly string[]>> = {
  read: READ,
  readWrite: READ_WRITE,
  dbAdmin: DB_ADMIN,
  userAdmin: USER_ADMIN,
  dbOwner: [...READ_WRITE, ...DB_ADMIN, ...USER_ADMIN],
};
const ANY_DATABASE_ROLES: Readonly<Record<string, readonly string[]>> = {
  readAnyDatabase: READ,
  readWriteAnyDatabase: READ_WRITE,
  dbAdminAnyDatabase: DB_ADMIN,
  userAdminAnyDatabase: USER_ADMIN,
};
const EVERYTHING = [...READ_WRITE, ...DB_ADMIN, ...USER_ADMIN];

const onDatabase = (db: string, actions: readonly string[]): Privilege => ({
  db,
  collection: '',
  cluster: false,
  actions: new Set(actions),
});
const onCluster = (actions: readonly string[]): Privilege => ({
  db: '',
  collection: '',
  cluster: true,
  actions: new Set(actions),
});

function builtIn({ role, db }: RoleName): Privilege[] | undefined {
  const own = DATABASE_ROLES[role];
  if (own) return [onDatabase(db, own)];
  if (db !== 'admin') return undefined;
  const any = ANY_DATABASE_ROLES[role];
  if (any) return [onDatabase('', any), onCluster(['listDatabases'])];
  if (role === 'clusterMonitor') return [onCluster(MONITOR)];
  if (role === 'clusterAdmin') return [onCluster([...MONITOR, ...MANAGE]), onDatabase('', ['dropDatabase'])];
  if (role === 'root') return [onDatabase('', EVERYTHING), onCluster([...MONITOR, ...MANAGE])];
  return undefined;
}

const allows = (privilege: Privilege, { action, db, collection }: Need): boolean => {
  if (!privilege.actions.has(action)) return false;
  if (db === undefined) return privilege.cluster;
  const here = privilege.db === '' || privilege.db === db;
  return !privilege.cluster && here && (privilege.collection === '' || privilege.collection === collection);
};

/** Users, roles and privileges. */
export class Users {
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, CustomRole>();

  get(db: string, user: string): User | undefined {
    return this.#users.get(`${db}.${user}`);
  }

  list(db?: string): User[] {
    return [...this.#users.values()].filter((user) => db === undefined || user.db === db);
  }

  create(db: string, user: string, password: string, roles: RoleName[]): void {
    const id = `${db}.${user}`;
    if (this.#users.has(id)) throw new CommandFailure(51003, `User "${user}@${db}" already exists`);
    for (const role of roles) this.privilegesOf(role);
    this.#users.set(id, { user, db, roles, credentials: deriveCredentials(password) });
  }

  drop(db: string, user: string): void {
    if (!this.#users.delete(`${db}.${user}`)) throw new CommandFailure(11, `User '${user}@${db}' not found`);
  }

  createRole(role: CustomRole): void {
    const id = `${role.db}.${role.role}`;
    if (this.#roles.has(id) || builtIn(role)) {
      throw new CommandFailure(51002, `Role "${role.role}@${role.db}" already exists`);
    }
    for (const inherited of role.roles) this.privilegesOf(inherited);
    this.#roles.set(id, role);
  }

  dropRole(db: string, role: string): void {
    if (!this.#roles.delete(`${db}.${role}`)) throw new CommandFailure(31, `Role '${role}@${db}' not found`);
  }

  /** Throws code 31 if there is no such role. */
  privilegesOf(name: RoleName): Privilege[] {
    const privileges = builtIn(name);
    if (privileges) return privileges;
    const custom = this.#roles.get(`${name.db}.${name.role}`);
    if (!custom) throw new CommandFailure(31, `Could not find role: ${name.role}@${name.db}`);
    return [...custom.privileges, ...custom.roles.flatMap((role) => this.privilegesOf(role))];
  }

  allow(user: User, need: Need): boolean {
    return user.roles.some((role) => this.privilegesOf(role).some((privilege) => allows(privilege, need)));
  }
}

export function parseRoles(value: unknown, db: string): RoleName[] {
  if (!Array.isArray(value)) throw new CommandFailure(14, "'roles' must be an array");
  return value.map((item) => {
    if (typeof item === 'string') return { role: item, db };
    if (isDocument(item) && typeof item.role === 'string' && typeof item.db === 'string') {
      return { role: item.role, db: item.db };
    }
    throw new CommandFailure(2, 'Role names must be either strings or objects');
  });
}

export function parsePrivilege(value: Document): Privilege {
  const { resource, actions } = value;
  if (!isDocument(resource) || !Array.isArray(actions)) {
    throw new CommandFailure(9, 'A privilege has a resource and an array of actions');
  }
  return {
    db: textOf(resource.db),
    collection: textOf(resource.collection),
    cluster: resource.cluster === true,
    actions: new Set(actions.map(textOf)),
  };
}

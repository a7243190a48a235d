import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Koa from 'koa';
import type { CreateSessionOptions } from 'koa-session';
import type { Connection, Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import type { RenderedFile } from '../../src/core/render/rendered-file.ts';
import { templates } from '../../src/io/templates.ts';
import type { SessionConnection } from '../golden/url/expected/src/session/collection.ts';
import type { SessionPayload } from '../golden/url/expected/src/session/payload.ts';
import type { Sessions } from '../golden/url/expected/src/session/sessions.ts';
import type { StoreOptions as PlainOptions } from '../golden/url/expected/src/session/store.ts';
import { replaceFile } from './files.ts';

/**
 * Inside the repository, so that generated code finds its packages. Named after the content, since test files that run
 * in parallel share it.
 */
const FOLDER = join(import.meta.dirname, '..', '.generated');

export const PLAIN = {
  connection: { style: 'url', url: 'mongodb://127.0.0.1:27017/app' },
  collection: 'sessions',
  ttl: 14 * 24 * 60 * 60,
  absoluteTtl: undefined,
  touchAfter: undefined,
  rolling: false,
  userKey: undefined,
  encrypt: false,
  onConcurrentWrite: 'merge',
  cookieName: 'koa.sess',
  legacyCookie: false,
  adopt: undefined,
  dir: 'src/session',
  importExtension: 'ts',
  app: false,
  project: {
    kind: 'existing',
    name: 'app',
    kept: [],
    manager: 'npm',
    language: 'typescript',
    modules: 'esm',
    samples: [],
    inherited: [],
    sharesDriver: false,
    copiesSessions: false,
  },
} as const satisfies Settings;

/** Each feature alone, and all of them together; `plain` has none of them. */
export const FEATURES = {
  plain: {},
  'absolute-ttl': { absoluteTtl: 30 * 24 * 60 * 60 },
  'touch-after': { touchAfter: 5 * 60 },
  rolling: { rolling: true },
  'user-key': { userKey: 'userId' },
  encrypt: { encrypt: true },
  overwrite: { onConcurrentWrite: 'overwrite' },
  throw: { onConcurrentWrite: 'throw' },
  all: {
    absoluteTtl: 30 * 24 * 60 * 60,
    touchAfter: 5 * 60,
    rolling: true,
    userKey: 'userId',
    encrypt: true,
  },
} as const satisfies Record<string, Partial<Settings>>;

export const STYLES: Readonly<Record<Connection['style'], Connection>> = {
  url: { style: 'url', url: 'mongodb://127.0.0.1:27017/app' },
  host: { style: 'host', host: '127.0.0.1', port: 27017, database: 'app', tls: false, login: undefined },
  db: { style: 'db' },
  mongoose: { style: 'mongoose' },
};

/** Packages to use in place of others, such as `{ mongodb: 'mongodb6' }`. */
export type PackageVersions = Readonly<Record<string, string>>;

/** The exports of `src/session/` in a generated project, with any options. */
export interface GeneratedModules {
  /** The folder of the modules, for tests that load them in another process. */
  readonly folder: string;
  readonly index: {
    sessions(app: Koa, source?: unknown): GeneratedStore;
    closeConnections(): Promise<void>;
  };
  readonly collection: { readonly READ: object };
  readonly connection: { connect(source?: unknown): SessionConnection; COLLECTION: string };
  readonly mount: {
    mountSession(app: Koa, options: Partial<CreateSessionOptions> & { key: string }): void;
  };
  readonly sessions: {
    Sessions: new (connection: SessionConnection, options: StoreOptions) => GeneratedStore;
  };
  readonly errors: { SessionStoreError: new (code: string, message: string) => Error & { code: string } };
  readonly store: { hashKey(key: string): string };
}

/** With the methods that options add to the plain store. */
export interface StoreOptions extends PlainOptions {
  absoluteTtl?: number;
  touchAfter?: number;
  userKey?: string;
  encryptionKeys?: readonly [Buffer, ...Buffer[]];
}

/** The options of all features, for sessions of a minute. Each store uses those that it has. */
export const ALL_OPTIONS: StoreOptions = {
  ttl: 60_000,
  absoluteTtl: 60_000,
  touchAfter: 1000,
  userKey: 'userId',
  encryptionKeys: [randomBytes(32)],
};

/** The store with the methods that `--user-key` adds. The caller has to know that they exist. */
export interface GeneratedStore extends Omit<Sessions, 'destroy'> {
  destroy(key: string, context?: { ctx?: object }): Promise<void>;
  clearUnreadable(): Promise<void>;
  destroyById(user: string | number, id: string): Promise<void>;
  listByUser(user: string | number, options?: { current?: string }): Promise<UserSession[]>;
  destroyByUser(user: string | number, options?: { except?: string }): Promise<void>;
}

interface UserSession {
  id: string;
  current: boolean;
  payload: SessionPayload;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
}

/** Renders the session modules of a project, writes them, and loads them. */
export function loadGenerated(settings: Settings, packages: PackageVersions = {}): Promise<GeneratedModules> {
  const key = JSON.stringify([settings, packages]);
  const known = loaded.get(key) ?? load(settings, packages);
  loaded.set(key, known);
  return known;
}

const loaded = new Map<string, Promise<GeneratedModules>>();

async function load(settings: Settings, packages: PackageVersions): Promise<GeneratedModules> {
  const files = renderFiles(settings, templates).map((file) => usePackages(file, packages));
  const folder = join(await write(files), settings.dir);
  const module = (name: string) => import(pathToFileURL(join(folder, `${name}.ts`)).href);
  return {
    folder,
    index: await module('index'),
    collection: await module('collection'),
    connection: await module('connection'),
    mount: await module('mount'),
    sessions: await module('sessions'),
    errors: await module('errors'),
    store: await module('store'),
  };
}

function usePackages(file: RenderedFile, packages: PackageVersions): RenderedFile {
  const text = file.text.replaceAll(/(?<= from ')[^'.][^']*(?=')/g, (name) => packages[name] ?? name);
  return { ...file, text };
}

async function write(files: readonly RenderedFile[]): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const folder = join(FOLDER, name);
  for (const { path, text } of files.filter((file) => file.path.endsWith('.ts'))) {
    await replaceFile(join(folder, path), text);
  }
  return folder;
}

import type { PackageManager } from './managers.ts';
import type { OldStore } from './old-stores.ts';
import type { ProjectFacts } from './project-facts.ts';

/** How the generated code reaches MongoDB. The type rules out combinations that make no sense. */
export type Connection =
  | {
      readonly style: 'url';
      /** Without credentials and without the legacy collection segment: what `.env.example` shows. */
      readonly url: string;
    }
  | {
      readonly style: 'host';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly tls: boolean;
      /** The password is only ever read from the environment of the generated project. */
      readonly login: { readonly username: string; readonly authSource: string } | undefined;
    }
  | { readonly style: 'db' }
  | { readonly style: 'mongoose' };

/** Answers that were checked: all that the templates need to know. Durations are whole seconds. */
export interface Settings {
  readonly connection: Connection;
  readonly collection: string;
  readonly ttl: number;
  readonly absoluteTtl: number | undefined;
  readonly touchAfter: number | undefined;
  readonly rolling: boolean;
  readonly userKey: string | undefined;
  readonly encrypt: boolean;
  readonly onConcurrentWrite: 'merge' | 'overwrite' | 'throw';
  readonly cookieName: string;
  /** Keeps the cookie of an earlier app: no `__Host-`, and SHA-1 signatures are accepted. On while adopting. */
  readonly legacyCookie: boolean;
  /** The store whose sessions are taken over, and their collection. */
  readonly adopt: { readonly store: OldStore; readonly collection: string } | undefined;
  /** Folder of the session files, relative to the project, with `/` and no `.` or `..` segment. */
  readonly dir: string;
  /** The path of the migration script, if it is there already. */
  readonly migration?: string;
  /** How the project's own imports end; `auto` is already replaced, by its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  /** Whether the bootstrap (`src/app.ts`, `src/server.ts`, its test) is written. */
  readonly app: boolean;
  /**
   * In a new project, this program writes tsconfig, README and compose file; in an existing one, they belong to the
   * user.
   */
  readonly project: ProjectSettings;
}

export interface ProjectSettings
  extends Pick<
    ProjectFacts,
    'kind' | 'name' | 'kept' | 'language' | 'modules' | 'samples' | 'inherited' | 'sharesDriver'
  > {
  /** The package manager that runs its scripts. */
  readonly manager: PackageManager;
  /** Whether the sessions were once in another collection, from which the migration script can copy them. */
  readonly copiesSessions: boolean;
}

/** Environment variables with a secret value, only for `.env`: never in state, output or errors. */
export type Secrets = Readonly<Record<string, string>>;

import type { ProjectFacts } from '../answers/project-facts.ts';
import type { MongooseConnection } from './databases.ts';
import type { KoaSource } from './koa-source.ts';
import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';
import type { StartedBy } from './running-app.ts';
import type { SessionUses } from './session-uses.ts';

/** What is at a path of the project. */
export type OnDisk =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      readonly text: string;
      readonly isReadOnly: boolean;
      /** The real path of the file, relative to the project, if the path itself is a symbolic link. */
      readonly link?: string;
      /**
       * Whether it is a file that is written under another spelling of the name, which this file system treats as
       * equal.
       */
      readonly isOtherSpelling?: true;
    }
  /** Something other than a text file of the project; `problem` says what it is. */
  | {
      readonly kind: 'unusable';
      readonly problem: string;
      /** Whether it could not be read, and may still be such a file. */
      readonly isHidden?: true;
    };

/** The saved state of earlier runs, and what is known about the project. */
export interface Project extends Omit<ProjectFacts, 'packageManager' | 'isFirstRun'> {
  /** Absolute, with symbolic links resolved. */
  readonly root: string;
  /** The commands in its package.json, by name. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Where its own sources create an app, or have sessions. */
  readonly koaSources: readonly KoaSource[];
  /** How its own sources use `ctx.session`. */
  readonly sessionUses: SessionUses;
  /** Where its own sources name a database that need not be the one of the connection string. */
  readonly databases: readonly Place[];
  /** Where its own sources open connections of Mongoose. */
  readonly connections: readonly MongooseConnection[];
  /** Whether its own sources load .env. */
  readonly loadsEnv: boolean;
  readonly startedBy: StartedBy;
  /** The path to its Jest, which may be in a workspace around it. */
  readonly jest: string;
  readonly manifest: Manifest | undefined;
  /** Warnings about the files that were read. */
  readonly warnings: readonly string[];
}

/** The files of a project that a plan needs. */
export interface WorkingTree {
  /** By path relative to the project; covers each path a plan may touch. */
  readonly files: ReadonlyMap<string, OnDisk>;
  /**
   * By id, the current paths of files that are not where they were recorded; also the path of a file that belongs beside
   * them. More than one path means copies.
   */
  readonly moved: ReadonlyMap<string, readonly string[]>;
  /**
   * By path of a file that is no longer generated, moves, or is imported with another ending: the files that import it,
   * and the links to it.
   */
  readonly importers: ReadonlyMap<string, readonly string[]>;
  /** Folders that cannot be read, so that a generated file that was moved there is not found. */
  readonly unsearched: readonly string[];
  /** Source files, and folders such as `data/`, that cannot be read, so that their imports are not known. */
  readonly unread: readonly string[];
  /** The texts as the project's own formatter writes them, maybe with CRLF, by `formattedKey`; empty if it has none. */
  readonly formatted: ReadonlyMap<string, string>;
}

type Files = Pick<WorkingTree, 'files'>;

const NOT_THERE: OnDisk = { kind: 'absent' };

export function onDisk(tree: Files, path: string): OnDisk {
  return tree.files.get(path) ?? NOT_THERE;
}

/** The raw text of a file, with its own line ends and byte order mark. */
export function textOnDisk(tree: Files, path: string): string | undefined {
  const disk = onDisk(tree, path);
  return disk.kind === 'file' ? disk.text : undefined;
}

export function formattedKey(path: string, text: string): string {
  return `${path}\0${text}`;
}

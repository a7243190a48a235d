import type { KeptFile } from './kept-files.ts';
import type { PackageManager } from './managers.ts';

/** What is known about the project before the questions. */
export interface ProjectFacts {
  /** `new` if this program created it: its tsconfig and README are then also generated. */
  readonly kind: 'new' | 'existing';
  readonly name: string;
  /** How the project's imports end, by its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  /** The one that the project or its workspace uses, otherwise the one that started this program. */
  readonly packageManager: PackageManager;
  /** The folder of its sources, by its tsconfig. */
  readonly sourceFolder: string;
  /** The version range of each package that its package.json names. */
  readonly packages: Packages;
  readonly language: Language;
  readonly modules: ModuleKind;
  /** The properties of the sample app that an earlier run added to SessionData, since sources may use them. */
  readonly samples: readonly string[];
  /** Development packages that the workspace provides, such as its compiler. */
  readonly inherited: readonly string[];
  /** Whether it may have a driver already, by a package that it depends on or by another one of its workspace. */
  readonly sharesDriver: boolean;
  /** The collection that the previous run used; undefined on the first. */
  readonly collectionBefore: string | undefined;
  /** Whether the migration script of the previous run could copy sessions from another collection. */
  readonly couldCopy: boolean;
  /** Existing files that this program would write in a new project. */
  readonly kept: readonly KeptFile[];
  /** The name of the cookie of other session middleware, if the app gives it one. */
  readonly oldCookie: string | undefined;
  readonly isFirstRun: boolean;
}

/** `javascript-in-editor`: checked by a jsconfig.json, or by a tsconfig.json that emits nothing. */
export type Language = 'typescript' | 'javascript' | 'javascript-in-editor';
/** `unspecified`: CommonJS, unless a file has the syntax of an ES module. */
export type ModuleKind = 'esm' | 'commonjs' | 'unspecified';

/** Package → version range, as in a package.json. */
export type Packages = Readonly<Record<string, string>>;

import type { ProjectFacts } from '../../src/core/answers/project-facts.ts';

/** Those of an existing TypeScript project before the first run, besides what a test is about. */
export const projectFacts = (about: Partial<ProjectFacts> = {}): ProjectFacts => ({
  kind: 'existing',
  name: 'shop',
  importExtension: 'ts',
  packageManager: 'npm',
  kept: [],
  packages: {},
  sourceFolder: 'src',
  language: 'typescript',
  modules: 'esm',
  samples: [],
  inherited: [],
  sharesDriver: false,
  collectionBefore: undefined,
  couldCopy: false,
  oldCookie: undefined,
  isFirstRun: true,
  ...about,
});

import { MANAGER_NAMES, type PackageManager } from './managers.ts';
import type { Answers } from './options.ts';
import type { ProjectFacts } from './project-facts.ts';

/** The package manager that installs. */
export const managerFor = (answers: Answers, facts: ProjectFacts): PackageManager =>
  MANAGER_NAMES.find((name) => name === answers.packageManager) ?? facts.packageManager;

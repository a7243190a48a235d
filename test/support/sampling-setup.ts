import { randomInt } from 'node:crypto';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    sampling: {
      readonly seed: number;
      /** Whether everything is tested that other runs only sample. */
      readonly isExhaustive: boolean;
    };
  }
}

const SEEDS = 2 ** 31;

/** One seed for everything random in a run, so that a run can be repeated. */
export default function setup(project: TestProject): void {
  const seed = seedFrom(process.env.TEST_SEED) ?? randomInt(SEEDS);
  process.stdout.write(`Random samples: TEST_SEED=${seed} repeats them\n`);
  project.provide('sampling', { seed, isExhaustive: project.vite.config.mode === 'exhaustive' });
}

function seedFrom(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (Number.isInteger(seed) && seed >= 0 && seed < SEEDS) return seed;
  throw new Error(`TEST_SEED=${text}: it must be a whole number from 0 to ${SEEDS - 1}.`);
}

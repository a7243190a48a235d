import { expect, test } from 'vitest';
import { COMPILED, compile, FLAGS } from '../support/compile.ts';
import { goldenNamed, projectsOf } from '../support/goldens.ts';
import { isExhaustive } from '../support/sampling.ts';

const COMPILERS = ['typescript50', 'typescript54', 'typescript59'];

/** Options of an older project; the tsconfig of a new one uses an option of TypeScript 5.7. */
const TSCONFIG = {
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  allowImportingTsExtensions: true,
  types: ['node'],
  skipLibCheck: true,
  noEmit: true,
};

/**
 * TypeScript has these flags since 5.6 and 5.8. The newest compiler checks them, and they do not affect the other
 * checks.
 */
const LATER_FLAGS = { noUncheckedSideEffectImports: undefined, erasableSyntaxOnly: undefined };

const PAIRS = COMPILERS.flatMap((compiler) =>
  Object.entries(FLAGS).map(([name, flags]) => ({ compiler, name, flags })),
);

/** They cover each way to connect and each option. The newest compiler has all goldens. */
const GOLDENS = [
  ...['db', 'host-with-login-and-tls', 'all-options', 'existing-with-js-specifiers'],
  'collection-changed-while-adopting',
].map(goldenNamed);

// In a plain run, only the newest compiler, which takes a tenth of the time.
test.runIf(isExhaustive).each(PAIRS)(
  '$compiler compiles the goldens, with the flags $name',
  async ({ compiler, flags }) => {
    const tsconfig = { compilerOptions: { ...TSCONFIG, ...flags, ...LATER_FLAGS } };
    expect(await compile(projectsOf(GOLDENS), { tsconfig, compiler })).toEqual(COMPILED);
  },
);

import { expect, test } from 'vitest';
import { COMPILED, compile, FLAGS } from '../support/compile.ts';
import { goldenNamed, goldens, projectsOf } from '../support/goldens.ts';
import { isExhaustive } from '../support/sampling.ts';

const COMPILERS = ['typescript50', 'typescript54', 'typescript59'];

/** What an older project may have; the tsconfig of a new one names an option of TypeScript 5.7. */
const TSCONFIG = {
  target: 'es2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  allowImportingTsExtensions: true,
  types: ['node'],
  skipLibCheck: true,
  noEmit: true,
};

/** TypeScript knows them from 5.6 and 5.8 on. The newest checks them, and neither changes what the others find. */
const LATER_FLAGS = { noUncheckedSideEffectImports: undefined, erasableSyntaxOnly: undefined };

/** Each compiler and each set of flags once. */
const pairs = COMPILERS.flatMap((compiler, index) =>
  Object.entries(FLAGS)
    .filter((_, at) => isExhaustive || at === index)
    .map(([name, flags]) => ({ compiler, name, flags })),
);

/** Each way to connect and each option once. */
const SAMPLE = ['db', 'host-with-login-and-tls', 'all-options', 'existing-with-js-specifiers'];
const selected = isExhaustive
  ? // Node wants imports to have extensions.
    goldens.filter(({ settings }) => settings.importExtension !== 'none')
  : SAMPLE.map(goldenNamed);

test.each(pairs)('$compiler compiles the goldens, with the flags $name', async ({ compiler, flags }) => {
  const tsconfig = { compilerOptions: { ...TSCONFIG, ...flags, ...LATER_FLAGS } };
  expect(await compile(projectsOf(selected), { tsconfig, compiler })).toEqual(COMPILED);
});

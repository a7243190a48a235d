import { rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type OutputOptions, rolldown } from 'rolldown';
import { requiredBuiltins } from './builtins-plugin.ts';
import { commanderAsUsed } from './commander-plugin.ts';
import { defaultExports } from './commonjs-plugin.ts';
import { callsOfFirstRun, eagerFunctions } from './eager-plugin.ts';
import { onlyShownFigures } from './figures-plugin.ts';
import { oneJsoncParser } from './jsonc-plugin.ts';
import { thirdPartyLicenses } from './licenses-plugin.ts';
import { withoutCharacterNames, withoutKeptNames } from './names-plugin.ts';
import { packagesOnDemand } from './on-demand-plugin.ts';
import { packageOf } from './package-of.ts';
import { signalsOfProgram } from './signals-plugin.ts';
import { templatesFile } from './templates-plugin.ts';

/**
 * What every start loads, and what a run loads after that. npm sorts the files of a package by their names before it
 * compresses them: these two come last, next to each other and to the schema, which repeats the texts of the options.
 */
const OWN_NAMES: Readonly<Record<string, string>> = { lifecycle: 'start', main: 'run' };

/** Bundles src/ and every dependency into dist/, so that the published package has no dependencies to install. */
const fresh = `node_modules/.dist-${process.pid}`;
const bundle = await rolldown({
  input: 'src/cli.ts',
  platform: 'node',
  resolve: {
    // The CommonJS build of jsonc-parser requires its parts in a way that bundlers cannot follow.
    mainFields: ['module', 'main'],
  },
  treeshake: {
    // Of the bundled code, only questions read a property for the effect of its getter: for a message to their authors.
    propertyReadSideEffects: false,
    // The main file creates an object for every kind of comparison; we use one kind.
    moduleSideEffects: [{ test: /[\\/]node_modules[\\/]diff[\\/]/, sideEffects: false }],
  },
  plugins: [
    commanderAsUsed(),
    packagesOnDemand(),
    requiredBuiltins(),
    defaultExports(),
    onlyShownFigures(),
    signalsOfProgram(),
    oneJsoncParser(),
    withoutKeptNames(),
    withoutCharacterNames(),
    templatesFile(),
    thirdPartyLicenses(),
  ],
  // Rolldown warns about slow plugins, which on a busy machine says nothing about the bundle.
  checks: { pluginTimings: false },
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
const output = {
  // Node's own modules load faster with require: an import reads every export of a module.
  format: 'cjs',
  // Licences are in a separate file.
  comments: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: ({ name, moduleIds }) => `${chunkName(name, moduleIds)}.cjs`,
} satisfies OutputOptions;
await bundle.write({ ...output, dir: fresh });
const calls = await callsOfFirstRun(fresh);
await bundle.write({
  ...output,
  dir: fresh,
  plugins: [eagerFunctions(calls)],
  // Not published: `npm run stack` uses them to read the stack of a bug report.
  sourcemap: 'hidden',
  sourcemapPathTransform: (source, map) => relative('dist', join(dirname(map), source)),
  minify: {
    compress: true,
    mangle: true,
    codegen: { removeWhitespace: true, asciiOnly: true },
  },
});
await bundle.close();
// Replaced in one step, so that a run during the build finds a complete folder.
await rm('dist', { recursive: true, force: true });
await rename(fresh, 'dist');

/** Names a chunk after the package of its last module, which is the one that needs the others. */
function chunkName(name: string, modules: readonly string[]): string {
  const last = packageOf(modules.at(-1) ?? '');
  return last ? last.name.replace('@', '').replaceAll('/', '-') : (OWN_NAMES[name] ?? name);
}

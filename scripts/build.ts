import { rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { onlyShownFigures } from './figures-plugin.ts';
import { thirdPartyLicenses } from './licenses-plugin.ts';
import { packagesOnDemand } from './on-demand-plugin.ts';
import { packageOf } from './package-of.ts';
import { templatesFile } from './templates-plugin.ts';

/** Bundles src/ and every dependency into dist/, so that the published package installs nothing further. */
const fresh = `node_modules/.dist-${process.pid}`;
const bundle = await rolldown({
  input: 'src/cli.ts',
  platform: 'node',
  resolve: {
    // The CommonJS form of jsonc-parser asks for its parts in a way that no bundler can follow.
    mainFields: ['module', 'main'],
  },
  treeshake: {
    // It has one object of each way to compare, and we use one.
    moduleSideEffects: [{ test: /[\\/]node_modules[\\/]diff[\\/]/, sideEffects: false }],
  },
  plugins: [
    withoutSubcommandPrograms(),
    packagesOnDemand(),
    onlyShownFigures(),
    templatesFile(),
    thirdPartyLicenses(),
  ],
  // How long the build takes on a busy machine is no fault of the bundle.
  checks: { pluginTimings: false },
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
await bundle.write({
  dir: fresh,
  // Node's own modules load faster by require: an import reads every export of a module.
  format: 'cjs',
  // Not in the package: `npm run stack` reads the stack of a bug report with them.
  sourcemap: 'hidden',
  sourcemapPathTransform: (source, map) => relative('dist', join(dirname(map), source)),
  minify: {
    compress: true,
    // commander asks objects for the name of their class.
    mangle: { keepNames: { function: false, class: true } },
    codegen: { removeWhitespace: true, asciiOnly: true },
  },
  // What they say of licences is in a file of its own.
  comments: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: ({ name, moduleIds }) => `${chunkName(name, moduleIds)}.cjs`,
});
await bundle.close();
// Replaced in one step, so that a run in the meantime finds it complete.
await rm('dist', { recursive: true, force: true });
await rename(fresh, 'dist');

/** Names a chunk after the package of its last module, which is the one that needs the others. */
function chunkName(name: string, modules: readonly string[]): string {
  const last = packageOf(modules.at(-1) ?? '');
  return last ? last.name.replace('@', '').replaceAll('/', '-') : name;
}

/** commander can start a program for each subcommand. Ours has none, and what starts programs is slow to load. */
function withoutSubcommandPrograms(): Plugin {
  const nothing = '\0no-subcommand-programs';
  return {
    name: 'without-subcommand-programs',
    resolveId(id, importer) {
      return id === 'node:child_process' && importer?.includes('/commander/') ? nothing : null;
    },
    load(id) {
      return id === nothing ? 'export default {};' : null;
    },
  };
}

import { rename, rm } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { precompiledTemplates } from './templates-plugin.ts';

/** Bundles src/ and every dependency into dist/, so that the published package installs nothing further. */
const fresh = `node_modules/.dist-${process.pid}`;
const bundle = await rolldown({
  input: 'src/cli.ts',
  platform: 'node',
  // The CommonJS form of jsonc-parser asks for its parts in a way that no bundler can follow.
  resolve: { mainFields: ['module', 'main'] },
  plugins: [precompiledTemplates()],
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
await bundle.write({
  dir: fresh,
  format: 'esm',
  minify: 'dce-only',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});
await bundle.close();
// Whoever runs the program meanwhile finds it whole.
await rm('dist', { recursive: true, force: true });
await rename(fresh, 'dist');

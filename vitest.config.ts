import { defineConfig } from 'vitest/config';
import { precompiledTemplates } from './scripts/templates-plugin.ts';

export default defineConfig({
  plugins: [precompiledTemplates()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/golden/*/expected/**', 'test/rerun/*/**'],
    globalSetup: ['test/support/mongo/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';
import { parsedTemplates } from './scripts/templates-plugin.ts';

export default defineConfig({
  plugins: [parsedTemplates()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/golden/*/expected/**', 'test/rerun/*/**'],
    globalSetup: ['test/support/mongo/global-setup.ts'],
    // Long enough for three members of a real replica set to start, and to elect one, on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

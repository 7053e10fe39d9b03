import { defineConfig } from 'vitest/config';

const results = process.env.STOCKTAKE_TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['{schemas,domain,activities,workflows,workers,web,cli,scripts,tests}/**/*.test.ts'],
    env: { TZ: 'UTC', NO_COLOR: '1' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
});

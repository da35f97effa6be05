import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: 'src/base/hash/testing/setup.ts',
          globalSetup: 'scripts/fresh-wasm.mjs',
          include: ['src/**/*.test.{ts,tsx}', 'wasm/**/*.test.ts'],
          exclude: ['**/slow-*.test.ts', 'node_modules'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'cli',
          globalSetup: 'scripts/fresh-wasm.mjs',
          include: ['tests/cli/**/*.test.ts'],
          exclude: ['**/slow-*.test.ts', 'node_modules'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'slow',
          setupFiles: 'src/base/hash/testing/setup.ts',
          globalSetup: 'scripts/fresh-wasm.mjs',
          include: ['src/**/slow-*.test.ts', 'wasm/**/slow-*.test.ts', 'tests/**/slow-*.test.ts'],
          testTimeout: 600_000,
        },
      },
    ],
  },
})

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const withIfThere = (path: string) => (existsSync(path) ? { globalSetup: [path] } : {})

// Vitest's own default leaves a core free.
const cores = availableParallelism()

const notTests = ['**/node_modules/**', '**/fixtures/**', '.stoa/**']

export default defineConfig({
  test: {
    // The projects run one after the other, so that nothing competes with the running system for two cores.
    projects: [
      {
        test: {
          name: 'unit',
          pool: 'threads',
          // Pure functions: what one file imports, the next may have.
          isolate: false,
          maxWorkers: cores,
          testTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
          include: ['**/*.test.ts'],
          exclude: [...notTests, '**/*.int.test.ts', 'tests/journeys/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: [...notTests, 'tests/journeys/**'],
          ...withIfThere('tests/global-setup.ts'),
          // One more than there are cores: they wait for PostgreSQL and for leases much of their time.
          maxWorkers: cores + 1,
          // Far more than any takes, also where other work has most of the machine.
          testTimeout: 120_000,
          // A recovery of PostgreSQL takes seconds on a busy machine; a poll's own default is one.
          expect: { poll: { timeout: 20_000 } },
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          exclude: notTests,
          ...withIfThere('tests/journeys/global-setup.ts'),
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 20_000 } },
          // Each worker has a whole system for itself.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: [
        'platform/**/*.ts',
        'contracts/**/*.ts',
        'services/**/*.ts',
        'control/**/*.ts',
        'edge/**/*.ts',
        'system/**/*.ts',
        'systems/**/*.ts',
        'supervisor/**/*.ts',
        'cli/**/*.ts',
      ],
      exclude: ['**/*.test.ts', '**/tests/**', '**/fixtures/**', '**/*.d.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
  },
})

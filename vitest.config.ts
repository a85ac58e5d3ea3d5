import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const withIfThere = (path: string) => (existsSync(path) ? { globalSetup: [path] } : {})

// Vitest's own default leaves a core free.
const cores = availableParallelism()

// Far more than anything takes where other work has most of the machine: a test waits for what happens, not for a time.
const patienceMs = 600_000

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
          testTimeout: patienceMs,
          hookTimeout: patienceMs,
          expect: { poll: { timeout: patienceMs / 2 } },
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
          testTimeout: patienceMs,
          expect: { poll: { timeout: patienceMs / 2 } },
          hookTimeout: patienceMs,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          exclude: notTests,
          ...withIfThere('tests/journeys/global-setup.ts'),
          testTimeout: patienceMs,
          hookTimeout: patienceMs,
          expect: { poll: { timeout: patienceMs / 2 } },
          // Each worker has a whole system for itself, and some tests start another.
          maxWorkers: 1,
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

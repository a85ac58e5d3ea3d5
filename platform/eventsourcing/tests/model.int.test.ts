import { testDatabase } from '@stoa/testing'
import fc from 'fast-check'
import { test } from 'vitest'
import { eventSourcingMigrations } from '../src/index.ts'
import { sumsMigrations } from './counter.ts'
import { anyCommand, checkEnd, checkStep, start } from './model.ts'

test('whatever is executed, repeated, killed, rebuilt and repaired: store and read model are those of the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(anyCommand, { maxCommands: 40, size: 'max' }), async (commands) => {
      const own = await testDatabase({ name: 'model', sets: [eventSourcingMigrations, sumsMigrations] })
      try {
        const { model, real } = await start(own.database)
        await fc.asyncModelRun(() => ({ model, real }), commands)
        await checkStep(model, real)
        await checkEnd(model, real)
      } finally {
        await own.close()
      }
    }),
    { numRuns: 12 },
  )
}, 120_000)

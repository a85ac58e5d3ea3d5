import { resolve } from 'node:path'
import { datamart as contract } from '@stoa/contracts/datamart/service'
import { makeDuck, makeTableReader } from '@stoa/lake'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { queryMart, readRows } from './use-cases/query-mart.ts'
import { removeOld } from './use-cases/remove-old.ts'

/** Queries of the star schema: its table of contents. */
export const datamartService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, config: settings }): Deps => {
    const lake = resolve(settings.lakeFolder)
    return {
      clock,
      database,
      lake,
      tables: makeTableReader(),
      duck: makeDuck({ folder: lake, memoryMiB: settings.martMemoryMib }),
      queryTimeoutMs: settings.martQueryTimeoutMs,
    }
  },
  onStop: ({ duck }) => duck.close(),
  bind: (deps) => ({
    operations: { queryMart: queryMart(deps) },
    rpc: { readRows: readRows(deps) },
    consumes: {},
    sagas: {},
    tasks: { 'remove-old': removeOld(deps) },
    personalData: 'none',
  }),
})

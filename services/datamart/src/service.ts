import { resolve } from 'node:path'
import { datamart as contract } from '@stoa/contracts/datamart/service'
import { makeDuck, makeTableReader } from '@stoa/lake'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { sqlOpener } from './sql-opener.ts'
import { queryMart, readRows } from './use-cases/query-mart.ts'
import { removeOld } from './use-cases/remove-old.ts'

/** Queries of the star schema: its table of contents. */
export const datamartService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, database, config: settings, signIn, telemetry }): Deps => {
    const lake = resolve(settings.lakeFolder)
    const tables = makeTableReader()
    return {
      clock,
      database,
      lake,
      tables,
      duck: makeDuck({ folder: lake, memoryMiB: settings.martMemoryMib }),
      queryTimeoutMs: settings.martQueryTimeoutMs,
      openSql: sqlOpener({ settings, lake, tables, signIn, telemetry }),
    }
  },
  onStart: async (deps) => {
    const opened = await deps.openSql?.()
    if (opened !== undefined) deps.sql = opened
  },
  onStop: async ({ duck, sql }) => {
    await Promise.all([duck.close(), sql?.close()])
  },
  bind: (deps) => ({
    operations: { queryMart: queryMart(deps) },
    rpc: { readRows: readRows(deps) },
    consumes: {},
    sagas: {},
    tasks: { 'remove-old': removeOld(deps) },
    personalData: 'none',
  }),
})

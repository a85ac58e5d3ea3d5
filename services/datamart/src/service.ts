import { resolve } from 'node:path'
import { datamart as contract } from '@stoa/contracts/datamart/service'
import { makeDuck, makeTableReader } from '@stoa/lake'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makePrinter } from './report/printer.ts'
import { generateReport, generateReportTask, pruneReportsTask, repeatReport } from './use-cases/generate-report.ts'
import { queryMart } from './use-cases/query-mart.ts'
import { getReport, getReportCsv, getReportPdf, listReports } from './use-cases/read-reports.ts'

/** Queries of the star schema, and reports: its table of contents. */
export const datamartService = defineService(contract, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config: settings }): Deps => {
    const lake = resolve(settings.lakeFolder)
    return {
      clock,
      newId,
      database,
      logger: telemetry.logger,
      lake,
      tables: makeTableReader(),
      duck: makeDuck({ folder: lake, memoryMiB: settings.martMemoryMib }),
      queryTimeoutMs: settings.martQueryTimeoutMs,
      reportRetentionDays: settings.reportRetentionDays,
      print: makePrinter(),
    }
  },
  onStop: ({ duck }) => duck.close(),
  bind: (deps) => ({
    operations: {
      queryMart: queryMart(deps),
      listReports,
      getReport,
      generateReport: generateReport(deps),
      repeatReport: repeatReport(deps),
      getReportPdf: getReportPdf(deps),
      getReportCsv,
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: { 'generate-report': generateReportTask(deps), 'prune-reports': pruneReportsTask(deps) },
    personalData: 'none',
  }),
})

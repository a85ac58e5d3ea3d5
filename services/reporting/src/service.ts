import { reporting } from '@stoa/contracts/reporting/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makeOneAtATime } from './domain/one-at-a-time.ts'
import { correctDue } from './use-cases/correct-due.ts'
import { getReportCsv, getReportPdf, getReportXlsx } from './use-cases/download-report.ts'
import { generateReportTask } from './use-cases/generate-report.ts'
import {
  createDashboard,
  deleteDashboard,
  getDashboard,
  listDashboards,
  replaceDashboard,
} from './use-cases/manage-dashboards.ts'
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listScheduleRuns,
  listSchedules,
  replaceSchedule,
} from './use-cases/manage-schedules.ts'
import { personalData } from './use-cases/personal-data.ts'
import { readFigures } from './use-cases/read-figures.ts'
import { describeReport, getReport, listReports, listReportTemplates } from './use-cases/read-reports.ts'
import { removeOld } from './use-cases/remove-old.ts'
import { generateQueryReport, generateReport, repeatReport } from './use-cases/request-report.ts'
import { startDue } from './use-cases/start-due.ts'

/** Reports as PDF, Excel and CSV: its table of contents. */
export const reportingService = defineService(reporting, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, makeTx, telemetry, config: settings }): Deps => ({
    clock,
    newId,
    database,
    makeTx,
    logger: telemetry.logger,
    retentionDays: settings.reportRetentionDays,
    mostFileBytes: settings.reportFileMib * 1_048_576,
    pdfInTurn: makeOneAtATime(),
  }),
  bind: (deps) => ({
    operations: {
      listReportTemplates,
      listReports,
      getReport,
      generateReport: generateReport(deps),
      generateQueryReport: generateQueryReport(deps),
      repeatReport: repeatReport(deps),
      getReportPdf,
      getReportXlsx,
      getReportCsv,
      createSchedule: createSchedule(deps),
      listSchedules,
      getSchedule,
      replaceSchedule: replaceSchedule(deps),
      deleteSchedule,
      listScheduleRuns,
      createDashboard: createDashboard(deps),
      listDashboards,
      getDashboard,
      replaceDashboard: replaceDashboard(deps),
      deleteDashboard,
      readFigures,
    },
    rpc: { describeReport },
    consumes: {},
    sagas: {},
    tasks: {
      'generate-report': generateReportTask(deps),
      'start-due': startDue(deps),
      'correct-due': correctDue(deps),
      'remove-old': removeOld(deps),
    },
    personalData,
  }),
})

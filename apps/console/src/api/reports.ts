import { getReport, listReports, repeatReport } from '@stoa/contracts/reporting/http'
import { restClient } from '@stoa/rest'
import { saveFile } from './save-file.ts'
import { appHeaders } from './session.ts'

/** The operations of reporting that the console uses. */
export const reports = restClient(
  { operations: { getReport, listReports, repeatReport } },
  { url: '', headers: appHeaders },
)

/** A report as its operation returns it. */
export type ShownReport = Awaited<ReturnType<typeof reports.getReport>>['body']

/** Saves a file of a report. @throws RestProblem, RestConnectionError */
export function saveReport(id: string, format: string): Promise<void> {
  return saveFile(`/api/v1/reports/${encodeURIComponent(id)}/${encodeURIComponent(format)}`)
}

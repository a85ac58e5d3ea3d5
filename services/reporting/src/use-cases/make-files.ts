import type { Calls } from '@stoa/contract'
import type { Report, ReportFile, ReportFormat } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { Deps } from '../deps.ts'
import { makeFileSink } from '../store/files.ts'
import type { Outcome } from '../store/reports.ts'
import { openResult, type Result } from './read-result.ts'

/** The bytes of a file as they are made, and how many rows are in it. */
export interface FileMade {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly rowCount: number
}

/** Makes a file of a report. */
type MakeFile = (report: Report, result: Result) => Promise<FileMade>

/** A format is loaded by the first report that has it: an idle process holds none of the libraries. */
const makers: Readonly<Record<ReportFormat, () => Promise<MakeFile>>> = {
  pdf: async () => (await import('../files/pdf-file.ts')).pdfFile,
  xlsx: async () => (await import('../files/xlsx-file.ts')).xlsxFile,
  csv: async () => (await import('../files/csv-file.ts')).csvFile,
}

/** Runs the query of a report and writes its files, one after the other. */
export async function makeFiles(
  { database, newId, mostFileBytes, pdfInTurn }: Pick<Deps, 'database' | 'newId' | 'mostFileBytes' | 'pdfInTurn'>,
  calls: Calls<ReportingService['calls']>,
  { report, attemptId }: { readonly report: Report; readonly attemptId: string },
): Promise<Outcome> {
  const { id, query, formats } = report
  const result = await openResult(calls, { resultId: newId(), query })
  const files: ReportFile[] = []
  for (const format of formats) {
    const make = await makers[format]()
    const write = async () => {
      const { bytes, rowCount } = await make(report, result)
      const sink = makeFileSink(database, { reportId: id, attemptId, format, mostBytes: mostFileBytes })
      for await (const part of bytes) await sink.write(part)
      files.push({ format, sizeBytes: await sink.end(), rowCount })
    }
    // pdfkit keeps all pages in memory: of several reports at once only one has its pages there
    await (format === 'pdf' ? pdfInTurn(write) : write())
  }
  const { columns: _, ...facts } = result.facts
  return { ...facts, files }
}

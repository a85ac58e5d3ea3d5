import type { Report } from '@stoa/contracts/reporting/resources'
import type { FileMade } from '../use-cases/make-files.ts'
import type { Result } from '../use-cases/read-result.ts'
import { csvHead, csvLines } from './csv-text.ts'

/** All rows as CSV, portion by portion. */
export async function csvFile(_report: Report, { facts, portions }: Result): Promise<FileMade> {
  async function* bytes() {
    yield Buffer.from(csvHead(facts.columns))
    for await (const rows of portions()) yield Buffer.from(csvLines(rows))
  }
  return { bytes: bytes(), rowCount: facts.rowCount }
}

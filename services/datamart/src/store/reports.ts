import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { MartResult, Report, ReportId, ReportRequest } from '@stoa/contracts/datamart/resources'
import { fragment, json } from '@stoa/postgres'

interface ReportRow {
  readonly id: ReportId
  readonly request: ReportRequest
  readonly state: Report['state']
  readonly attempts: number
  readonly createdAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
  readonly error: string | null
  /** The result without its rows. */
  readonly facts: Pick<MartResult, 'sql' | 'isTruncated' | 'asOf'> | null
  readonly rowCount: number | null
}

const columns = fragment`id, request, state, attempts, created_at as "createdAt", ended_at as "endedAt", error, facts,
  row_count as "rowCount"`

function fromRow({ request, createdAt, endedAt, error, facts, rowCount, ...row }: ReportRow): Report {
  return {
    ...row,
    ...request,
    createdAt: createdAt.toString(),
    ...(endedAt === null ? {} : { endedAt: endedAt.toString() }),
    ...(rowCount === null ? {} : { rowCount }),
    ...(facts === null ? {} : { sql: facts.sql, isTruncated: facts.isTruncated }),
    ...(facts?.asOf === undefined ? {} : { asOf: facts.asOf }),
    ...(error === null ? {} : { error }),
  }
}

/** The report of this id, if there is one. */
export async function findReport({ sql }: ReadHandle, id: string): Promise<Report | undefined> {
  const [row] = await sql<ReportRow & Record<string, unknown>>`select ${columns} from reports where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The result of a completed report. */
export async function findResult({ sql }: ReadHandle, id: string): Promise<MartResult | undefined> {
  const [row] = await sql<{ result: MartResult }>`select result from reports where id = ${id} and state = 'completed'`
  return row?.result
}

/** The reports before an id, newest first. */
export async function listReportsBefore(
  { sql }: ReadHandle,
  beforeId: string | undefined,
  limit: number,
): Promise<Report[]> {
  const before = beforeId === undefined ? fragment`` : fragment`where id < ${beforeId}`
  const rows = await sql<ReportRow & Record<string, unknown>>`
    select ${columns} from reports ${before} order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** Adds a report that waits for its result. */
export async function insertReport(
  { sql }: WriteHandle,
  { id, request, createdAt }: Pick<ReportRow, 'id' | 'request' | 'createdAt'>,
): Promise<void> {
  await sql`insert into reports (id, request, state, created_at) values (${id}, ${json(request)}, 'queued', ${createdAt})`
}

/** Queues a report that failed; whether it had. */
export async function requeueReport({ sql }: WriteHandle, id: string, at: Temporal.Instant): Promise<boolean> {
  const rows = await sql`
    update reports set state = 'queued', error = null, ended_at = null, queued_at = ${at} where id = ${id} and state = 'failed' returning 1`
  return rows.length > 0
}

/** Stores the result of a report, in place of any earlier one. */
export async function completeReport(
  { sql }: WriteHandle,
  { id, result, at }: { readonly id: string; readonly result: MartResult; readonly at: Temporal.Instant },
): Promise<void> {
  await sql`
    update reports set state = 'completed', result = ${json(result)}, error = null, ended_at = ${at},
      attempts = attempts + 1
    where id = ${id} and state = 'queued'`
}

/** Notes why an attempt failed; the last one ends the report. */
export async function noteFailure(
  { sql }: WriteHandle,
  {
    id,
    error,
    isLast,
    at,
  }: { readonly id: string; readonly error: string; readonly isLast: boolean; readonly at: Temporal.Instant },
): Promise<void> {
  await sql`
    update reports set state = case when ${isLast} then 'failed' else state end, error = ${error}, attempts = attempts + 1,
      ended_at = case when ${isLast} then ${at}::timestamptz end
    where id = ${id} and state = 'queued'`
}

/** Ends the reports whose last attempt was cut off, and removes old ones; returns how many it removed. */
export async function tidyReports(
  { sql }: WriteHandle,
  {
    now,
    cutOffBefore,
    before,
    limit,
  }: {
    readonly now: Temporal.Instant
    readonly cutOffBefore: Temporal.Instant
    readonly before: Temporal.Instant
    readonly limit: number
  },
): Promise<number> {
  await sql`
    update reports set state = 'failed', error = 'the process that generated it was stopped', ended_at = ${now}
    where state = 'queued' and coalesce(queued_at, created_at) < ${cutOffBefore}`
  const rows = await sql`
    delete from reports where id = any(array(
      select id from reports where created_at < ${before} and state <> 'queued' limit ${limit}
    )) returning 1`
  return rows.length
}

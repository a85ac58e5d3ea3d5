import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Report, ReportFile, ReportId, ScheduleId } from '@stoa/contracts/reporting/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { advisoryXactLock, fragment, json } from '@stoa/postgres'
import type { Content } from '../domain/content.ts'

/** What became of a report. */
export interface Outcome extends Pick<Report, 'sql' | 'asOf' | 'versions' | 'rowCount' | 'isTruncated'> {
  readonly files: readonly ReportFile[]
}

interface ReportRow {
  readonly id: ReportId
  readonly content: Content
  readonly requestedBy: UserId | null
  readonly state: Report['state']
  readonly attempts: number
  readonly createdAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
  readonly outcome: Outcome | null
  readonly error: string | null
  readonly scheduleId: ScheduleId | null
  readonly dueAt: Temporal.Instant | null
}

const columns = fragment`id, content, requested_by as "requestedBy", state, attempts, created_at as "createdAt",
  ended_at as "endedAt", outcome, error, schedule_id as "scheduleId", due_at as "dueAt"`

function fromRow(row: ReportRow): Report {
  const { id, content, requestedBy, state, attempts, createdAt, endedAt, outcome, error, scheduleId, dueAt } = row
  return {
    id,
    ...content,
    ...(scheduleId === null ? {} : { scheduleId }),
    ...(dueAt === null ? {} : { dueAt: dueAt.toString() }),
    ...(requestedBy === null ? {} : { requestedBy }),
    state,
    attempts,
    createdAt: createdAt.toString(),
    ...(endedAt === null ? {} : { endedAt: endedAt.toString() }),
    ...(outcome === null ? {} : { ...outcome, files: [...outcome.files] }),
    ...(error === null ? {} : { error }),
  }
}

/** The report of this id, if there is one. */
export async function findReport({ sql }: ReadHandle, id: string): Promise<Report | undefined> {
  const [row] = await sql<ReportRow>`select ${columns} from reports where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The reports before an id, newest first. */
export async function listReportsBefore(
  { sql }: ReadHandle,
  beforeId: string | undefined,
  limit: number,
): Promise<Report[]> {
  const before = beforeId === undefined ? fragment`` : fragment`where id < ${beforeId}`
  return (await sql<ReportRow>`select ${columns} from reports ${before} order by id desc limit ${limit}`).map(fromRow)
}

/** The reports of an account, newest first. */
export async function listReportsOf({ sql }: ReadHandle, userId: string, limit: number): Promise<Report[]> {
  const rows = await sql<ReportRow>`
    select ${columns} from reports where requested_by = ${userId} order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** The due time for which a report is made, and who gets it. */
export interface Scheduled {
  readonly scheduleId: ScheduleId
  readonly dueAt: Temporal.Instant
  readonly recipients: readonly UserId[]
}

/** A report that is asked for. */
export interface NewReport extends Pick<ReportRow, 'id' | 'content' | 'requestedBy'> {
  readonly scheduled?: Scheduled
  readonly at: Temporal.Instant
}

/** Adds a report that waits for its files. */
export async function insertReport(
  { sql }: WriteHandle,
  { id, content, requestedBy, scheduled, at }: NewReport,
): Promise<void> {
  const { scheduleId = null, dueAt = null, recipients = null } = scheduled ?? {}
  await sql`
    insert into reports (id, content, requested_by, state, created_at, queued_at, touched_at, schedule_id, due_at, recipients)
    values (${id}, ${json(content)}, ${requestedBy}, 'queued', ${at}, ${at}, ${at}, ${scheduleId}, ${dueAt}, ${recipients}::uuid[])`
}

/** Queues a report that failed; whether it had. */
export async function requeueReport({ sql }: WriteHandle, id: string, at: Temporal.Instant): Promise<boolean> {
  const rows = await sql`
    update reports set state = 'queued', error = null, ended_at = null, queued_at = ${at}, touched_at = ${at}
    where id = ${id} and state = 'failed' returning 1`
  return rows.length > 0
}

/** Notes that an attempt has begun; returns since when the report is queued, undefined if it is not. */
export async function beginAttempt(
  { sql }: WriteHandle,
  id: string,
  at: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const [row] = await sql<{ queuedAt: Temporal.Instant }>`
    update reports set touched_at = ${at} where id = ${id} and state = 'queued' returning queued_at as "queuedAt"`
  return row?.queuedAt
}

/** Who is told that a report has ended: only of scheduled ones. */
export interface Ended {
  readonly id: ReportId
  readonly ownerId: UserId | null
  readonly recipients: UserId[] | null
}

const distribution = fragment`id, case when schedule_id is not null then requested_by end as "ownerId", recipients`

/** Ends a report with the files of an attempt, and removes those of others; undefined if it was not queued any more. */
export async function completeReport(
  { sql }: WriteHandle,
  {
    id,
    attemptId,
    outcome,
    at,
  }: { readonly id: string; readonly attemptId: string; readonly outcome: Outcome; readonly at: Temporal.Instant },
): Promise<Ended | undefined> {
  const [ended] = await sql<Ended>`
    update reports set state = 'completed', outcome = ${json(outcome)}, made_by = ${attemptId}, error = null, ended_at = ${at},
      touched_at = ${at}, attempts = attempts + 1
    where id = ${id} and state = 'queued' returning ${distribution}`
  await sql`delete from report_chunks where report_id = ${id} and attempt_id <> ${attemptId}`
  return ended
}

/** Notes why an attempt failed; the last one ends the report. Returns the report if this has ended it. */
export async function noteFailure(
  { sql }: WriteHandle,
  {
    id,
    error,
    isLast,
    counts,
    at,
  }: {
    readonly id: string
    readonly error: string
    readonly isLast: boolean
    readonly counts: boolean
    readonly at: Temporal.Instant
  },
): Promise<Ended | undefined> {
  const [noted] = await sql<Ended>`
    update reports set state = case when ${isLast} then 'failed' else state end, error = ${error},
      attempts = attempts + ${counts ? 1 : 0}, touched_at = ${at}, ended_at = case when ${isLast} then ${at}::timestamptz end
    where id = ${id} and state = 'queued' returning ${distribution}`
  return isLast ? noted : undefined
}

/** Ids of queued reports on which nothing has happened since a time: they still wait for their turn, or were cut off on every attempt. */
export async function listUntouched(
  { sql }: ReadHandle,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<ReportId[]> {
  const rows = await sql<{ id: ReportId }>`
    select id from reports where state = 'queued' and touched_at < ${before} order by touched_at limit ${limit}`
  return rows.map(({ id }) => id)
}

/** Ends those of these reports that are queued and untouched since a time; returns them. */
export async function endCutOff(
  { sql }: WriteHandle,
  {
    ids,
    before,
    error,
    at,
  }: {
    readonly ids: readonly ReportId[]
    readonly before: Temporal.Instant
    readonly error: string
    readonly at: Temporal.Instant
  },
): Promise<Ended[]> {
  return sql<Ended>`
    update reports set state = 'failed', error = ${error}, ended_at = ${at}, touched_at = ${at}
    where id = any(${ids}::uuid[]) and state = 'queued' and touched_at < ${before} returning ${distribution}`
}

/** How many reports that an account has asked for itself are queued; a second request of it at the same time waits. */
export async function countQueuedOf(tx: WriteHandle, userId: string): Promise<number> {
  await advisoryXactLock(tx, `stoa.reports of ${userId}`)
  const [row] = await tx.sql<{ n: number }>`
    select count(*)::int as n from reports
    where requested_by = ${userId} and state = 'queued' and schedule_id is null`
  return row?.n ?? 0
}

/** Removes reports that were made before a time, with their files; returns how many. */
export async function removeReports(
  { sql }: WriteHandle,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<number> {
  const rows = await sql`
    delete from reports where id = any(array(
      select id from reports where created_at < ${before} and state <> 'queued' limit ${limit}
    )) returning 1`
  return rows.length
}

/** Forgets who has asked for reports, and to whom they were sent. */
export async function forgetRequester({ sql }: WriteHandle, userId: string): Promise<void> {
  await sql`update reports set requested_by = null where requested_by = ${userId}`
  await sql`
    update reports set recipients = array_remove(recipients, ${userId}::uuid) where recipients @> array[${userId}::uuid]`
}

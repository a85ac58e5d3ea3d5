import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ReportId, Schedule, ScheduleId, ScheduleRequest, ScheduleRun } from '@stoa/contracts/reporting/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { fragment, json } from '@stoa/postgres'

type Written = Omit<ScheduleRequest, 'recipients' | 'isActive' | 'formats' | 'language'> &
  Pick<Schedule, 'formats' | 'language'>

interface ScheduleRow {
  readonly id: ScheduleId
  readonly content: Written
  readonly recipients: UserId[]
  readonly ownerId: UserId | null
  readonly nextAt: Temporal.Instant | null
  readonly version: number
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

/** A schedule and its version. */
export interface StoredSchedule {
  readonly resource: Schedule
  readonly version: number
}

const columns = fragment`id, content, recipients, owner_id as "ownerId", next_at as "nextAt", version, created_at as "createdAt",
  updated_at as "updatedAt"`

function fromRow({
  id,
  content,
  recipients,
  ownerId,
  nextAt,
  version,
  createdAt,
  updatedAt,
}: ScheduleRow): StoredSchedule {
  return {
    version,
    resource: {
      id,
      ...content,
      recipients,
      isActive: nextAt !== null,
      ...(ownerId === null ? {} : { ownerId }),
      ...(nextAt === null ? {} : { nextAt: nextAt.toString() }),
      createdAt: createdAt.toString(),
      updatedAt: updatedAt.toString(),
    },
  }
}

/** What a schedule is written with. */
export interface ScheduleText {
  readonly content: Written
  readonly recipients: readonly UserId[]
  readonly ownerId: UserId
  readonly nextAt: Temporal.Instant | undefined
  readonly at: Temporal.Instant
}

export async function insertSchedule(
  { sql }: WriteHandle,
  id: ScheduleId,
  { content, recipients, ownerId, nextAt, at }: ScheduleText,
): Promise<void> {
  await sql`
    insert into schedules (id, content, recipients, owner_id, next_at, created_at, updated_at)
    values (${id}, ${json(content)}, ${recipients}::uuid[], ${ownerId}, ${nextAt ?? null}, ${at}, ${at})`
}

export async function updateSchedule(
  { sql }: WriteHandle,
  id: string,
  { content, recipients, ownerId, nextAt, at }: ScheduleText,
): Promise<void> {
  await sql`
    update schedules set content = ${json(content)}, recipients = ${recipients}::uuid[], owner_id = ${ownerId},
      next_at = ${nextAt ?? null}, updated_at = ${at}, version = version + 1
    where id = ${id}`
}

export async function deleteSchedule({ sql }: WriteHandle, id: string): Promise<void> {
  await sql`delete from schedules where id = ${id}`
}

/** How many schedules there are; a second one at the same time waits. */
export async function countSchedules({ sql }: WriteHandle): Promise<number> {
  await sql`lock table schedules in share row exclusive mode`
  const [row] = await sql<{ n: number }>`select count(*)::int as n from schedules`
  return row?.n ?? 0
}

export async function findSchedule({ sql }: ReadHandle, id: string): Promise<StoredSchedule | undefined> {
  const [row] = await sql<ScheduleRow>`select ${columns} from schedules where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The schedule of this id, its row locked. */
export async function lockSchedule({ sql }: WriteHandle, id: string): Promise<StoredSchedule | undefined> {
  const [row] = await sql<ScheduleRow>`select ${columns} from schedules where id = ${id} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** The schedules before an id, newest first. */
export async function listSchedulesBefore(
  { sql }: ReadHandle,
  beforeId: string | undefined,
  limit: number,
): Promise<Schedule[]> {
  const before = beforeId === undefined ? fragment`` : fragment`where id < ${beforeId}`
  const rows = await sql<ScheduleRow>`select ${columns} from schedules ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

/** The schedules that an account owns or whose reports it gets. */
export async function listSchedulesOf({ sql }: ReadHandle, userId: string): Promise<Schedule[]> {
  const rows = await sql<ScheduleRow>`
    select ${columns} from schedules where owner_id = ${userId} or recipients @> array[${userId}::uuid] order by id`
  return rows.map((row) => fromRow(row).resource)
}

/** The ids of the schedules that are due. */
export async function listDue({ sql }: ReadHandle, now: Temporal.Instant, limit: number): Promise<ScheduleId[]> {
  const rows = await sql<{
    id: ScheduleId
  }>`select id from schedules where next_at <= ${now} order by next_at limit ${limit}`
  return rows.map(({ id }) => id)
}

/** The ids of the schedules whose next due time lies after a time, in their order, behind an id. */
export async function listLater(
  { sql }: ReadHandle,
  { after, behindId, limit }: { readonly after: Temporal.Instant; readonly behindId: string; readonly limit: number },
): Promise<ScheduleId[]> {
  const rows = await sql<{ id: ScheduleId }>`
    select id from schedules where next_at > ${after} and id > ${behindId} order by id limit ${limit}`
  return rows.map(({ id }) => id)
}

/** Sets a schedule back to an earlier due time, and forgets what was decided about due times from there on. */
export async function setBack({ sql }: WriteHandle, id: string, nextAt: Temporal.Instant): Promise<void> {
  await sql`update schedules set next_at = ${nextAt} where id = ${id}`
  await sql`delete from schedule_runs where schedule_id = ${id} and due_at >= ${nextAt}`
}

/** Moves a schedule to its next due time; its version stays, as nothing has changed for people who edit it. */
export async function moveOn({ sql }: WriteHandle, id: string, nextAt: Temporal.Instant | undefined): Promise<void> {
  await sql`update schedules set next_at = ${nextAt ?? null} where id = ${id}`
}

/** Notes what became of a due time, unless that is decided already; returns whether it has. */
export async function insertRun(
  { sql }: WriteHandle,
  scheduleId: string,
  run: {
    readonly dueAt: Temporal.Instant
    readonly state: ScheduleRun['state']
    readonly reportId?: ReportId
    readonly reason?: string
  },
): Promise<boolean> {
  const rows = await sql`
    insert into schedule_runs (schedule_id, due_at, state, report_id, reason)
    values (${scheduleId}, ${run.dueAt}, ${run.state}, ${run.reportId ?? null}, ${run.reason ?? null})
    on conflict do nothing returning 1`
  return rows.length > 0
}

/** The latest due times of a schedule. */
export async function listRuns({ sql }: ReadHandle, scheduleId: string, limit: number): Promise<ScheduleRun[]> {
  interface Row {
    readonly dueAt: Temporal.Instant
    readonly state: ScheduleRun['state']
    readonly reportId: ReportId | null
    readonly reason: string | null
  }
  const rows = await sql<Row>`
    select due_at as "dueAt", state, report_id as "reportId", reason from schedule_runs
    where schedule_id = ${scheduleId} order by due_at desc limit ${limit}`
  return rows.map(({ dueAt, state, reportId, reason }) => ({
    dueAt: dueAt.toString(),
    state,
    ...(reportId === null ? {} : { reportId }),
    ...(reason === null ? {} : { reason }),
  }))
}

/** Removes notes of due times before a time; returns how many. */
export async function removeRuns(
  { sql }: WriteHandle,
  { before, limit }: { readonly before: Temporal.Instant; readonly limit: number },
): Promise<number> {
  const rows = await sql`
    delete from schedule_runs where ctid = any(array(select ctid from schedule_runs where due_at < ${before} limit ${limit})) returning 1`
  return rows.length
}

/** Ends the schedules of an account, and sends it nothing more. */
export async function forgetAccount({ sql }: WriteHandle, userId: string): Promise<void> {
  await sql`update schedules set owner_id = null, next_at = null, version = version + 1 where owner_id = ${userId}`
  await sql`
    update schedules set recipients = array_remove(recipients, ${userId}::uuid), version = version + 1
    where recipients @> array[${userId}::uuid]`
}

import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Alert, AlertId } from '@stoa/contracts/monitoring/alert-resources'
import { json } from '@stoa/postgres'
import type { ActiveAlert } from '../alerting/decide-transitions.ts'

/** An alert as it is stored; the end of its silences is not part of it. */
export interface AlertRow {
  readonly id: AlertId
  readonly fingerprint: string
  readonly name: string
  readonly severity: string
  readonly service: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly summary: string
  readonly runbook: string | null
  readonly state: Alert['state']
  readonly value: number
  readonly active_at: Temporal.Instant
  readonly fired_at: Temporal.Instant | null
  readonly resolved_at: Temporal.Instant | null
  readonly announced_at: Temporal.Instant | null
  readonly acknowledged_at: Temporal.Instant | null
  readonly acknowledged_by: string | null
  readonly acknowledgement: string | null
}

/** A new alert. */
export type NewAlert = Pick<
  AlertRow,
  | 'id'
  | 'fingerprint'
  | 'name'
  | 'severity'
  | 'service'
  | 'labels'
  | 'summary'
  | 'runbook'
  | 'value'
  | 'active_at'
  | 'fired_at'
>

/** Reads the alerts that are pending or firing. Only the replica that holds the lease changes them. */
export async function readActive(db: ReadHandle): Promise<ActiveAlert[]> {
  const rows = await db.sql<
    Pick<AlertRow, 'id' | 'fingerprint' | 'name' | 'value' | 'active_at'> & { state: ActiveAlert['state'] }
  >`
    select id, fingerprint, name, state, value, active_at from alerts where state <> 'resolved'`
  return rows.map(({ active_at: at, ...row }) => ({ ...row, activeAtMs: at.epochMilliseconds }))
}

export async function insertAlert(tx: WriteHandle, alert: NewAlert): Promise<void> {
  const state = alert.fired_at === null ? 'pending' : 'firing'
  await tx.sql`
    insert into alerts (id, fingerprint, name, severity, service, labels, summary, runbook, state, value, active_at, fired_at)
    values (${alert.id}, ${alert.fingerprint}, ${alert.name}, ${alert.severity}, ${alert.service}, ${json(alert.labels)},
            ${alert.summary}, ${alert.runbook}, ${state}, ${alert.value}::float8, ${alert.active_at}, ${alert.fired_at})`
}

export async function fireAlert(tx: WriteHandle, id: string, value: number, at: Temporal.Instant): Promise<void> {
  await tx.sql`update alerts set state = 'firing', fired_at = ${at}, value = ${value}::float8 where id = ${id} and state = 'pending'`
}

export async function noteValue(tx: WriteHandle, id: string, value: number): Promise<void> {
  await tx.sql`update alerts set value = ${value}::float8 where id = ${id}`
}

export async function deletePending(tx: WriteHandle, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.sql`delete from alerts where id = any(${ids}::uuid[]) and state = 'pending'`
}

/** Resolves firing alerts, and returns those that were. */
export function resolveAlerts(tx: WriteHandle, ids: readonly string[], at: Temporal.Instant): Promise<AlertRow[]> {
  return tx.sql<AlertRow>`
    update alerts set state = 'resolved', resolved_at = ${at}
     where id = any(${ids}::uuid[]) and state = 'firing' returning *`
}

/** The alerts that fire and whose event is not published. */
export function readUnannounced(tx: WriteHandle): Promise<AlertRow[]> {
  return tx.sql<AlertRow>`select * from alerts where state = 'firing' and announced_at is null order by fired_at, id`
}

export async function noteAnnounced(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`update alerts set announced_at = ${at} where id = ${id}`
}

/** What a list of alerts contains; what is undefined matches all, and without a state all that are not resolved. */
export interface AlertFilter {
  readonly state: Alert['state'] | undefined
  readonly severity: string | undefined
  readonly service: string | undefined
}

/** The place of an alert in the list. */
export interface AlertPlace {
  /** Milliseconds since the epoch: alerts begin with a round, whose time has no more digits. */
  readonly at: number
  readonly id: string
}

export function listAlerts(
  db: ReadHandle,
  { state, severity, service }: AlertFilter,
  after: AlertPlace | undefined,
  limit: number,
): Promise<AlertRow[]> {
  return db.sql<AlertRow>`
    select * from alerts
     where case when ${state ?? null}::text is null then state <> 'resolved' else state = ${state ?? null} end
       and (${severity}::text is null or severity = ${severity}) and (${service}::text is null or service = ${service})
       and (${after?.at ?? null}::float8 is null
            or (active_at, id) < (to_timestamp(${after?.at ?? null}::float8 / 1000), ${after?.id ?? null}::uuid))
     order by active_at desc, id desc limit ${limit}`
}

export async function findAlert(db: ReadHandle, id: string): Promise<AlertRow | undefined> {
  const [row] = await db.sql<AlertRow>`select * from alerts where id = ${id}`
  return row
}

/** Locks an alert until the end of the transaction. */
export async function lockAlert(tx: WriteHandle, id: string): Promise<AlertRow | undefined> {
  const [row] = await tx.sql<AlertRow>`select * from alerts where id = ${id} for update`
  return row
}

export async function acknowledge(
  tx: WriteHandle,
  id: string,
  { by, comment, at }: { readonly by: string; readonly comment: string | undefined; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`
    update alerts set acknowledged_at = ${at}, acknowledged_by = ${by}, acknowledgement = ${comment ?? null}
     where id = ${id} and acknowledged_at is null`
}

/** The alerts that an account has acknowledged, the latest first. */
export async function listAcknowledgedBy(db: ReadHandle, userId: string, limit: number) {
  const rows = await db.sql<AlertRow>`
    select * from alerts where acknowledged_by = ${userId} order by acknowledged_at desc, id desc limit ${limit}`
  return rows.map(({ id, name, summary, acknowledged_at: at, acknowledgement: comment }) => ({
    alertId: id,
    name,
    summary,
    acknowledgedAt: at?.toString(),
    ...(comment === null ? {} : { comment }),
  }))
}

/** Removes an account from the alerts that it has acknowledged; they stay acknowledged. */
export async function forgetAcknowledger(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`update alerts set acknowledged_by = null, acknowledgement = null where acknowledged_by = ${userId}`
}

/** Deletes up to 1,000 alerts that were resolved before a time; returns their number. */
export async function deleteResolved(tx: WriteHandle, before: Temporal.Instant): Promise<number> {
  const rows = await tx.sql`
    delete from alerts where id in (
      select id from alerts where state = 'resolved' and resolved_at < ${before} order by resolved_at limit 1000) returning 1`
  return rows.length
}

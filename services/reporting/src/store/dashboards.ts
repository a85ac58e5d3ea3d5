import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Dashboard, DashboardId, DashboardRequest } from '@stoa/contracts/reporting/dashboards'
import { fragment, json } from '@stoa/postgres'

interface DashboardRow {
  readonly id: DashboardId
  readonly content: DashboardRequest
  readonly version: number
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

/** A dashboard and its version. */
export interface StoredDashboard {
  readonly resource: Dashboard
  readonly version: number
}

const columns = fragment`id, content, version, created_at as "createdAt", updated_at as "updatedAt"`

function fromRow({ id, content, version, createdAt, updatedAt }: DashboardRow): StoredDashboard {
  return { version, resource: { id, ...content, createdAt: createdAt.toString(), updatedAt: updatedAt.toString() } }
}

/** How many dashboards there are; a second one at the same time waits. */
export async function countDashboards({ sql }: WriteHandle): Promise<number> {
  await sql`lock table dashboards in share row exclusive mode`
  const [row] = await sql<{ n: number }>`select count(*)::int as n from dashboards`
  return row?.n ?? 0
}

export async function insertDashboard(
  { sql }: WriteHandle,
  { id, content, at }: { readonly id: DashboardId; readonly content: DashboardRequest; readonly at: Temporal.Instant },
): Promise<void> {
  await sql`
    insert into dashboards (id, content, created_at, updated_at) values (${id}, ${json(content)}, ${at}, ${at})`
}

export async function updateDashboard(
  { sql }: WriteHandle,
  { id, content, at }: { readonly id: string; readonly content: DashboardRequest; readonly at: Temporal.Instant },
): Promise<void> {
  await sql`
    update dashboards set content = ${json(content)}, updated_at = ${at}, version = version + 1 where id = ${id}`
}

export async function deleteDashboard({ sql }: WriteHandle, id: string): Promise<void> {
  await sql`delete from dashboards where id = ${id}`
}

export async function findDashboard({ sql }: ReadHandle, id: string): Promise<StoredDashboard | undefined> {
  const [row] = await sql<DashboardRow>`select ${columns} from dashboards where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The dashboard of this id, its row locked. */
export async function lockDashboard({ sql }: WriteHandle, id: string): Promise<StoredDashboard | undefined> {
  const [row] = await sql<DashboardRow>`select ${columns} from dashboards where id = ${id} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** The dashboards before an id, newest first. */
export async function listDashboardsBefore(
  { sql }: ReadHandle,
  beforeId: string | undefined,
  limit: number,
): Promise<Dashboard[]> {
  const before = beforeId === undefined ? fragment`` : fragment`where id < ${beforeId}`
  const rows = await sql<DashboardRow>`select ${columns} from dashboards ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

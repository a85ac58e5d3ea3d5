import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { PipelineName, Run, RunId, StepResult } from '@stoa/contracts/etl/resources'
import { fragment, json } from '@stoa/postgres'

interface RunRow {
  readonly id: RunId
  readonly pipeline: PipelineName
  readonly state: Run['state']
  readonly trigger: Run['trigger']
  readonly attempts: number
  readonly createdAt: Temporal.Instant
  readonly startedAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant | null
  readonly steps: StepResult[]
  readonly error: string | null
}

const columns = fragment`id, pipeline, state, trigger, attempts, created_at as "createdAt", started_at as "startedAt",
  ended_at as "endedAt", steps, error`

function fromRow({ createdAt, startedAt, endedAt, error, ...row }: RunRow): Run {
  return {
    ...row,
    createdAt: createdAt.toString(),
    ...(startedAt === null ? {} : { startedAt: startedAt.toString() }),
    ...(endedAt === null ? {} : { endedAt: endedAt.toString() }),
    ...(error === null ? {} : { error }),
  }
}

/** The run of this id, if the pipeline has it. */
export async function findRun(db: ReadHandle, pipeline: PipelineName, id: string): Promise<Run | undefined> {
  const [row] = await db.sql<RunRow & Record<string, unknown>>`
    select ${columns} from runs where id = ${id} and pipeline = ${pipeline}`
  return row === undefined ? undefined : fromRow(row)
}

/** The runs of a pipeline before an id, newest first. */
export async function listRunsOf(
  db: ReadHandle,
  pipeline: PipelineName,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<Run[]> {
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<RunRow & Record<string, unknown>>`
    select ${columns} from runs where pipeline = ${pipeline} ${before} order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** Queues a run, and returns its id; that of the one that is queued already, if there is one. */
export async function queueRun(
  tx: WriteHandle,
  run: Pick<RunRow, 'id' | 'pipeline' | 'trigger' | 'createdAt'>,
): Promise<RunId> {
  const { id, pipeline, trigger, createdAt } = run
  await tx.sql`
    insert into runs (id, pipeline, state, trigger, created_at)
    values (${id}, ${pipeline}, 'queued', ${trigger}, ${createdAt})
    on conflict (pipeline) where state = 'queued' do nothing`
  const [row] = await tx.sql<{ id: RunId }>`
    select id from runs where pipeline = ${pipeline} and state = 'queued' for update`
  // it began between the two statements, so it is not behind this request
  if (row === undefined) return queueRun(tx, run)
  return row.id
}

/** Marks what is queued as running, and what was cut off as running again. Returns the ids. */
export async function beginRuns({ sql }: WriteHandle, pipeline: PipelineName, at: Temporal.Instant): Promise<RunId[]> {
  const rows = await sql<{ id: RunId }>`
    update runs set state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ${at})
    where pipeline = ${pipeline} and state in ('queued', 'running') returning id`
  return rows.map(({ id }) => id)
}

/** Notes what a failed attempt has left to the next one, or how runs have ended. */
export async function noteRuns(
  { sql }: WriteHandle,
  ids: readonly RunId[],
  {
    state,
    steps,
    error,
    at,
  }: {
    readonly state: 'running' | 'succeeded' | 'failed'
    readonly steps: readonly StepResult[]
    readonly error?: string
    readonly at: Temporal.Instant
  },
): Promise<void> {
  await sql`
    update runs set state = ${state}, steps = ${json(steps)}, error = ${error ?? null},
      ended_at = case when ${state}::text = 'running' then null else ${at}::timestamptz end
    where id = any(${ids}::uuid[]) and state = 'running'`
}

/** The pipelines with runs that began before a time and have not ended. */
export async function listLongRunning({ sql }: ReadHandle, before: Temporal.Instant): Promise<PipelineName[]> {
  const rows = await sql<{ pipeline: PipelineName }>`
    select distinct pipeline from runs where state = 'running' and started_at < ${before}`
  return rows.map(({ pipeline }) => pipeline)
}

/** Ends the runs of these pipelines that began before a time. */
export async function endRuns(
  { sql }: WriteHandle,
  pipelines: readonly PipelineName[],
  { now, before, error }: Readonly<Record<'now' | 'before', Temporal.Instant>> & { readonly error: string },
): Promise<void> {
  await sql`
    update runs set state = 'failed', error = ${error}, ended_at = ${now}
    where state = 'running' and started_at < ${before} and pipeline = any(${pipelines}::text[])`
}

/** Removes runs that ended before a time. */
export async function removeRuns({ sql }: WriteHandle, endedBefore: Temporal.Instant): Promise<void> {
  await sql`delete from runs where ended_at < ${endedBefore}`
}

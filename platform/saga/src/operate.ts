import type { Service, WriteHandle } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import { afterCommit, type Database } from '@stoa/postgres'
import { isEnd, type StepOutcome, type SagaState } from './journal.ts'
import { localEngines } from './local-engines.ts'
import { compensateSignal } from './operator-signal.ts'
import { sagaNotFound } from './read-sagas.ts'
import { keepSignal } from './start.ts'

export interface OperatorOptions {
  readonly service: Service
  readonly database: Database
}

/** Retries the part at which a stuck saga failed. @throws AppError `saga.not_found`, `saga.not_stuck` */
export function retrySaga(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => setFree(tx, options, await stuckSaga(tx, id), 'retry'))
}

/** Skips the part at which a stuck saga failed and continues. @throws AppError `saga.not_found`, `saga.not_stuck` */
export function skipStep(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => setFree(tx, options, await stuckSaga(tx, id), 'skip'))
}

/** Compensates a saga before its pivot. @throws AppError `saga.not_found`, `saga.past_pivot`, `saga.ended` */
export function compensateSaga(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => {
    const saga = await lockedSaga(tx, id)
    if (isEnd(saga.state)) throw platformError('saga.ended', `Saga ${id} has ended as ${saga.state}.`)
    if (saga.state === 'compensating') return
    if (saga.state === 'stuck' && saga.isTurned) return setFree(tx, options, saga, 'retry')
    if (await isPastPivot(tx, saga)) {
      throw platformError('saga.past_pivot', `Saga ${id} is past its pivot and cannot be compensated: retry or skip.`)
    }
    if (saga.state === 'stuck') await setFree(tx, options, saga, 'retry')
    // On the head, where the statement of the pivot sees it; and as a signal, to wake its worker.
    await tx.sql`
      update sagas set is_cancelled = true, next_at = case when next_at is not null then clock_timestamp() end
      where id = ${id}`
    await keepSignal(tx, options.service, id, compensateSignal, null)
  })
}

interface LockedSaga {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly state: SagaState
  /** Whether its compensation has begun. */
  readonly isTurned: boolean
}

async function lockedSaga(tx: WriteHandle, id: string): Promise<LockedSaga> {
  const [saga] = await tx.sql<LockedSaga>`
    select id, name, version, state, reason is not null as "isTurned" from sagas where id = ${id} for update`
  if (saga === undefined) throw sagaNotFound(id)
  return saga
}

async function stuckSaga(tx: WriteHandle, id: string): Promise<LockedSaga> {
  const saga = await lockedSaga(tx, id)
  if (saga.state !== 'stuck') throw platformError('saga.not_stuck', `Saga ${id} is ${saga.state}, not stuck.`)
  return saga
}

/** A stuck saga has no owner, so its journal can be extended here; the worker that claims it continues. */
async function setFree(
  tx: WriteHandle,
  { service }: OperatorOptions,
  saga: LockedSaga,
  outcome: StepOutcome,
): Promise<void> {
  const { id } = saga
  await tx.sql`
    with e as (update sagas set state = ${saga.isTurned ? 'compensating' : 'running'}, updated_at = clock_timestamp() where id = ${id})
    insert into saga_journal (saga_id, seq, step, kind, outcome, attempts, started_at, ended_at)
    select ${id}, coalesce(max(seq) + 1, 0), '', 'operator', ${outcome}, 0, clock_timestamp(), clock_timestamp()
    from saga_journal where saga_id = ${id}`
  afterCommit(tx, () => {
    for (const engine of localEngines(service)) engine.onStarted(id)
  })
}

/** Uses the recorded definition under which the saga runs, which may be bound only by another release. */
async function isPastPivot(tx: WriteHandle, { id, name, version }: LockedSaga): Promise<boolean> {
  const entered = await tx.sql`
    select 1 from saga_definitions d join saga_journal j on j.saga_id = ${id} and j.step = d.pivot
    where d.name = ${name} and d.version = ${version} and j.kind = 'enter' and j.outcome = 'entered'`
  return entered.length > 0
}

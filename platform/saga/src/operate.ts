import type { Service, WriteHandle } from '@stoa/contract'
import { AppError } from '@stoa/kernel'
import { afterCommit, type Database } from '@stoa/postgres'
import { isEnd, type AnySaga, type Outcome, type SagaState } from './journal.ts'
import { localEngines } from './local-engines.ts'
import { compensateSignal } from './operator-signal.ts'
import { sagaNotFound } from './read-sagas.ts'
import { keepSignal } from './start.ts'

/** What an operator acts on. */
export interface OperatorOptions {
  readonly service: Service
  readonly database: Database
  readonly definitions: { readonly [name: string]: AnySaga }
}

/** Tries what a stuck saga failed at again. @throws AppError `saga.not_found`, `saga.not_stuck` */
export function retrySaga(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => setFree(tx, options, await stuckSaga(tx, id), 'retry'))
}

/** Leaves out what a stuck saga failed at and goes on. @throws AppError `saga.not_found`, `saga.not_stuck` */
export function skipStep(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => setFree(tx, options, await stuckSaga(tx, id), 'skip'))
}

/** Undoes a saga before its pivot. @throws AppError `saga.not_found`, `saga.past_pivot`, `saga.ended` */
export function compensateSaga(options: OperatorOptions, id: string): Promise<void> {
  return options.database.transaction(async (tx) => {
    const saga = await lockedSaga(tx, id)
    if (isEnd(saga.state)) throw new AppError('conflict', 'saga.ended', `Saga ${id} has ended as ${saga.state}.`)
    if (saga.state === 'compensating') return
    if (saga.state === 'stuck' && saga.isTurned) return setFree(tx, options, saga, 'retry')
    if (await isPastPivot(tx, options, saga)) {
      throw new AppError(
        'conflict',
        'saga.past_pivot',
        `Saga ${id} is past its pivot and only goes forward: retry or skip.`,
      )
    }
    if (saga.state === 'stuck') await setFree(tx, options, saga, 'retry')
    await keepSignal(tx, options.service, id, compensateSignal, null)
  })
}

interface LockedSaga {
  readonly id: string
  readonly name: string
  readonly state: SagaState
  /** It is on its way back. */
  readonly isTurned: boolean
}

async function lockedSaga(tx: WriteHandle, id: string): Promise<LockedSaga> {
  const [saga] = await tx.sql<LockedSaga>`
    select id, name, state, reason is not null as "isTurned" from sagas where id = ${id} for update`
  if (saga === undefined) throw sagaNotFound(id)
  return saga
}

async function stuckSaga(tx: WriteHandle, id: string): Promise<LockedSaga> {
  const saga = await lockedSaga(tx, id)
  if (saga.state !== 'stuck')
    throw new AppError('conflict', 'saga.not_stuck', `Saga ${id} is ${saga.state}, not stuck.`)
  return saga
}

/** A stuck saga belongs to nobody, so its journal can be added to here; whoever claims it afterwards goes on. */
async function setFree(
  tx: WriteHandle,
  { service }: OperatorOptions,
  saga: LockedSaga,
  outcome: Outcome,
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

async function isPastPivot(
  tx: WriteHandle,
  { definitions }: OperatorOptions,
  { id, name }: LockedSaga,
): Promise<boolean> {
  const pivot = definitions[name]?.steps.find(({ kind }) => kind === 'pivot')?.name
  if (pivot === undefined) return false
  const entered = await tx.sql`
    select 1 from saga_journal where saga_id = ${id} and step = ${pivot} and kind = 'enter' and outcome = 'entered'`
  return entered.length > 0
}

import type { Service, WriteHandle } from '@stoa/contract'
import { afterCommit, afterEnd, fragment, json, sendWithCommit, type Fragment } from '@stoa/postgres'
import { currentContext, formatTraceparent } from '@stoa/telemetry'
import { sagaIdOf } from './journal.ts'
import { localEngines, type Birth } from './local-engines.ts'
import { births, firstEpoch } from './membership.ts'
import type { SagaHead } from './transition.ts'

/** The origin of a saga: its steps run in this trace, and the events that they publish have this correlation id. */
export interface SagaOrigin {
  /** W3C Trace Context; that of the running code by default. */
  readonly traceparent?: string | undefined
  readonly correlationId?: string | undefined
}

/**
 * Starts a saga at the end of the caller's transaction; one of that name and id that exists, ended or not, is joined. It is driven
 * after the commit: at once by an engine in this process, to which it then belongs from its start, else within 200 ms by
 * another. Throws for an undeclared saga.
 */
export async function startSaga(
  tx: WriteHandle,
  service: Service,
  name: string,
  id: string,
  input: unknown,
  origin: SagaOrigin = {},
): Promise<void> {
  const { version } = declaredSaga(service, name)
  const traceparent = origin.traceparent ?? currentTraceparent() ?? null
  const { correlationId = null } = origin
  const text = input === undefined ? 'null' : JSON.stringify(input)
  const started = { id: sagaIdOf(name, id), name, key: id, version, traceparent, correlationId }
  const birth = bear(service, name, version)
  let born: Born | undefined
  afterEnd(tx, (ending) => {
    const begun = ending === 'committed' ? born : undefined
    if (begun?.owner === null) for (const engine of localEngines(service)) engine.onStarted(started.id)
    // The input as the database returns it, so that a step sees the same before and after a takeover.
    const isOwned = begun !== undefined && begun.owner !== null
    birth?.end(ending, isOwned ? { ...newHead, ...started, ...begun, input: JSON.parse(text) } : undefined)
  })
  // With the COMMIT: one round trip less, and the lock on the worker is held no longer than that takes.
  sendWithCommit(tx, async () => {
    born = await insert(tx, started, text, birth)
  })
}

type Started = Pick<SagaHead, 'id' | 'name' | 'key' | 'version' | 'traceparent' | 'correlationId'>
type Born = Pick<SagaHead, 'epoch' | 'createdAtMs' | 'nowMs'> & { readonly owner: string | null }

const newHead = { state: 'running', isCancelled: false, retry: null } as const

async function insert(
  tx: WriteHandle,
  started: Started,
  input: string,
  birth: Birth | undefined,
): Promise<Born | undefined> {
  const { id, name, key, version, traceparent, correlationId } = started
  const [born] = await tx.sql<Born>`
    insert into sagas as s (id, name, key, version, input, traceparent, correlation_id, owner, epoch)
    select ${id}, ${name}, ${key}, ${version}::int, ${input}::json, ${traceparent}, ${correlationId},
      w.worker, case when w.worker is null then 0 else ${firstEpoch}::bigint end
    from (select ${ownerOf(birth)} as worker) w
    on conflict (id) do nothing
    returning s.owner, s.epoch, (extract(epoch from s.created_at) * 1000)::float8 as "createdAtMs",
      (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`
  return born
}

function bear(service: Service, name: string, version: number): Birth | undefined {
  for (const engine of localEngines(service)) {
    const birth = engine.bear(name, version)
    if (birth !== undefined) return birth
  }
  return undefined
}

/**
 * Selects the worker as the owner unless it has been taken over. The lock makes a takeover wait for this transaction, and so find
 * the saga; if the takeover was first, the saga has no owner, and any worker claims it.
 */
function ownerOf(birth: Birth | undefined): Fragment {
  if (birth === undefined) return fragment`null::uuid`
  return fragment`(
    select l.worker from saga_lanes l
    where l.worker = ${birth.worker} and l.lane = ${births.firstLane}::int + pg_backend_pid() % ${births.count}::int
      and l.epoch = ${firstEpoch}
    for share skip locked)`
}

/**
 * Signals a saga in the transaction of the caller. The signal is stored until its wait reads it; the first signal of
 * a name counts, and a signal to an ended saga is dropped. Throws for an undeclared saga or signal.
 */
export async function signalSaga(
  tx: WriteHandle,
  service: Service,
  name: string,
  id: string,
  signal: string,
  value: unknown,
): Promise<void> {
  const declared = declaredSaga(service, name)
  if (declared.signals?.[signal] === undefined) throw new Error(`saga ${name} declares no signal ${signal}`)
  await keepSignal(tx, service, sagaIdOf(name, id), signal, value)
}

/** Stores a signal, or the request of an operator, for the worker that drives the saga. */
export async function keepSignal(
  tx: WriteHandle,
  service: Service,
  sagaId: string,
  signal: string,
  value: unknown,
): Promise<void> {
  await tx.sql`
    insert into saga_signals (saga_id, name, value)
    select ${sagaId}::text, ${signal}::text, ${json(value)}::json
    where not exists (select from sagas where id = ${sagaId} and state in ('completed', 'compensated'))
    on conflict (saga_id, name) do nothing`
  afterCommit(tx, () => {
    for (const engine of localEngines(service)) engine.onSignalled(sagaId)
  })
}

function declaredSaga(service: Service, name: string) {
  const declared = Object.hasOwn(service.sagas, name) ? service.sagas[name] : undefined
  if (declared === undefined) throw new Error(`service ${service.name} declares no saga ${name}`)
  return declared
}

function currentTraceparent(): string | undefined {
  const context = currentContext()
  return context === undefined || context.spanId === '' ? undefined : formatTraceparent(context)
}

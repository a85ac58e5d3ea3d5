import type { Service, WriteHandle } from '@stoa/contract'
import { afterCommit, json } from '@stoa/postgres'
import { currentContext, formatTraceparent } from '@stoa/telemetry'
import { sagaIdOf } from './journal.ts'
import { localEngines } from './local-engines.ts'

/** The origin of a saga: its steps run in this trace, and the events that they publish have this correlation id. */
export interface SagaOrigin {
  /** W3C Trace Context; that of the running code by default. */
  readonly traceparent?: string | undefined
  readonly correlationId?: string | undefined
}

/**
 * Starts a saga in the caller's transaction; one of that name and id that exists, ended or not, is joined. It is driven
 * after the commit: at once by an engine in this process, else within 200 ms by another. Throws for an undeclared saga.
 */
export async function startSaga(
  tx: WriteHandle,
  service: Service,
  name: string,
  id: string,
  input: unknown,
  origin: SagaOrigin = {},
): Promise<void> {
  const declared = declaredSaga(service, name)
  const sagaId = sagaIdOf(name, id)
  const traceparent = origin.traceparent ?? currentTraceparent()
  const { correlationId } = origin
  const added = await tx.sql`
    insert into sagas (id, name, key, version, input, traceparent, correlation_id)
    values (${sagaId}, ${name}, ${id}, ${declared.version}, ${json(input)}, ${traceparent}, ${correlationId})
    on conflict (id) do nothing
    returning 1`
  if (added.length === 0) return
  afterCommit(tx, () => {
    for (const engine of localEngines(service)) engine.onStarted(sagaId)
  })
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

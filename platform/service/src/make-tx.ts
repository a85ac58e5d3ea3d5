import { appendAudit } from '@stoa/audit'
import type { AuditFacts, EventType, ReceivedEvent, Service, Tx, WriteHandle } from '@stoa/contract'
import { publish } from '@stoa/events'
import type { Clock, NewId } from '@stoa/kernel'
import { signalSaga, startSaga } from '@stoa/saga'
import { enqueue } from '@stoa/tasks'
import type { Telemetry } from '@stoa/telemetry'
import { announceWithCommit } from './changes.ts'
import { isErased } from './erased-subjects.ts'

/** The cause of a transaction, for the metadata of its events. */
export interface Cause {
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
}

interface TxOptions {
  readonly service: Service
  readonly clock: Clock
  readonly newId: NewId
  /** The base URL of `dataschema` of its events. */
  readonly schemaBaseUrl: string
  /** Begins the spans of published events and enqueued tasks; they have none if omitted. */
  readonly telemetry?: Pick<Telemetry, 'startDetail'>
}

/** Makes the transaction of a service from a transaction of the database, with publish, start, signal and enqueue. */
export function txMaker({
  service,
  clock,
  newId,
  schemaBaseUrl,
  telemetry,
}: TxOptions): (handle: WriteHandle, cause?: Cause) => Tx<any> {
  const startDetail = telemetry?.startDetail
  const source = { service, clock, newId, schemaBaseUrl, startDetail }
  const recorder = { service: service.name, clock, newId }
  return (handle, cause = {}) => {
    // Extends the handle itself, because the hooks around its commit are found by its identity.
    return Object.assign(handle, {
      publish: (event: EventType, subject: string, data: ReceivedEvent['data']) =>
        publish(handle, source, event, subject, data, cause),
      start: (saga: string, id: string, input: unknown) => startSaga(handle, service, saga, id, input),
      signal: (saga: string, id: string, signal: string, value: unknown) =>
        signalSaga(handle, service, saga, id, signal, value),
      enqueue: (task: string, payload: unknown, options?: { readonly delayMs?: number; readonly key?: string }) =>
        enqueue(handle, service, task, payload, options, startDetail),
      announce: (id: string) => announceWithCommit(handle, id),
      audit: (facts: Partial<AuditFacts>) => appendAudit(handle, recorder, facts),
      isErased: (subject: string) => isErased(handle, subject),
    })
  }
}

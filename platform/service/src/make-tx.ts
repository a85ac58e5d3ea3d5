import type { EventType, ReceivedEvent, Service, Tx, WriteHandle } from '@stoa/contract'
import { publish } from '@stoa/events'
import type { Clock, NewId } from '@stoa/kernel'
import { signalSaga, startSaga } from '@stoa/saga'
import { enqueue } from '@stoa/tasks'

/** What set off the change of a transaction, so that the events published in it say so. */
export interface Cause {
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
}

interface TxOptions {
  readonly service: Service
  readonly clock: Clock
  readonly newId: NewId
}

/** Makes the open transaction of a service out of a database's: with publish, start, signal and enqueue. */
export function txMaker({ service, clock, newId }: TxOptions): (handle: WriteHandle, cause?: Cause) => Tx<any> {
  const source = { service, clock, newId }
  return (handle, cause = {}) => {
    // The handle itself grows these words: hooks around its commit go by its identity.
    return Object.assign(handle, {
      publish: (event: EventType, subject: string, data: ReceivedEvent['data']) =>
        publish(handle, source, event, subject, data, cause),
      start: (saga: string, id: string, input: unknown) => startSaga(handle, service, saga, id, input),
      signal: (saga: string, id: string, signal: string, value: unknown) =>
        signalSaga(handle, service, saga, id, signal, value),
      enqueue: (task: string, payload: unknown, options?: { readonly delayMs?: number; readonly key?: string }) =>
        enqueue(handle, service, task, payload, options),
    })
  }
}

import { appendAudit } from '@stoa/audit'
import type { Tx, WriteHandle } from '@stoa/contract'
import { auth, type AuthService } from '@stoa/contracts/auth/service'
import { publish, type EventSource } from '@stoa/events'
import type { Database } from '@stoa/postgres'

/** An open transaction that what is published in it goes with; `Tx<AuthService>` is one. */
export type AuthTx = WriteHandle & Pick<Tx<AuthService>, 'publish' | 'audit'>

/** Runs a change in a transaction of its own; it may run again after a serialization failure or a deadlock. */
export type Transaction = <Value>(run: (tx: AuthTx) => Promise<Value>) => Promise<Value>

/** Transactions of what oidc-provider stores by itself, outside of any handler. */
export function transactionsOf(database: Database, tools: Omit<EventSource, 'service'>): Transaction {
  const source = { service: auth, ...tools }
  return (run) =>
    database.transaction((handle) =>
      run({
        ...handle,
        publish: (event, subject, data) => publish(handle, source, event, subject, data),
        audit: (facts) => appendAudit(handle, { ...tools, service: auth.name }, facts),
      }),
    )
}

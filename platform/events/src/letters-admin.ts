import { rowIdOf, serveEndpoints } from '@stoa/contract'
import type { AdminEndpoint } from '@stoa/kernel/admin'
import type { Database } from '@stoa/postgres'
import { deadLetters } from './dead-letters.ts'
import { letterEndpoints, outboxEndpoints } from './endpoints.ts'

/** Lists, retries and discards the events that a service could not handle. */
export function lettersAdmin(database: Database): readonly AdminEndpoint[] {
  const letters = deadLetters(database)
  return serveEndpoints(letterEndpoints, {
    listDeadLetters: async ({ query }) => ({ items: await letters.list(query) }),
    retryAllDeadLetters: async () => ({ count: await letters.retryAll() }),
    async showDeadLetter({ params }) {
      const id = rowIdOf(params.id)
      return id === undefined ? undefined : letters.find(id)
    },
    async retryDeadLetter({ params }) {
      const id = rowIdOf(params.id)
      return id !== undefined && (await letters.retry(id)) ? { retried: id } : undefined
    },
    async discardDeadLetter({ params, body: { reason } }) {
      const id = rowIdOf(params.id)
      return id !== undefined && (await letters.discard(id, reason)) ? { discarded: id } : undefined
    },
  })
}

/** The number of events that are not in the log yet. */
export function outboxAdmin({ read }: Database): readonly AdminEndpoint[] {
  return serveEndpoints(outboxEndpoints, {
    async showOutbox() {
      const [row] = await read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
      return { pending: row?.pending ?? 0 }
    },
  })
}

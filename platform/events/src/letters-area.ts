import { platformError } from '@stoa/kernel'
import { choiceOf, foundAt, limitOf, numberOf, unknownPath, wholeNumberOf, type Area } from '@stoa/kernel/admin'
import type { Database } from '@stoa/postgres'
import { deadLetters, type LetterState } from './dead-letters.ts'

const states: Readonly<Record<LetterState, true>> = { failing: true, waiting: true, dead: true, discarded: true }

/** `/admin/dead-letters`: lists, retries and discards the events that a service could not handle. */
export function lettersArea(database: Database): Area {
  const letters = deadLetters(database)
  return async ({ method, path, query, body }) => {
    const [id, action] = path
    if (method === 'GET' && id === undefined) {
      const state = choiceOf(query, 'state', states) ?? 'dead'
      return { items: await letters.list({ state, after: wholeNumberOf(query, 'after'), limit: limitOf(query) }) }
    }
    if (method === 'POST' && id === 'retry' && action === undefined) return { count: await letters.retryAll() }
    const number = numberOf(id)
    if (method === 'GET' && action === undefined) return foundAt(await letters.find(number))
    if (method === 'POST' && action === 'retry') {
      return foundAt((await letters.retry(number)) ? { retried: number } : undefined)
    }
    if (method === 'POST' && action === 'discard') {
      const { reason } = await body()
      if (typeof reason !== 'string' || reason === '') throw platformError('request.invalid', 'say a reason')
      return foundAt((await letters.discard(number, reason)) ? { discarded: number } : undefined)
    }
    throw unknownPath()
  }
}

/** `/admin/outbox`: the number of events that are not in the log yet. */
export function outboxArea({ read }: Database): Area {
  return async ({ method, path }) => {
    if (method !== 'GET' || path.length > 0) throw unknownPath()
    const [row] = await read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
    return { pending: row?.pending ?? 0 }
  }
}

import type { LoadPriority, LoadShedder } from '@stoa/resilience'
import type { Exchange, HttpPrincipal } from './exchange.ts'
import { refusalOf } from './refusals.ts'

/** The place of a request among those in progress, from its admission to its end. */
export interface Place {
  /** Assigns the place to the caller once it is known. @throws AppError 503 `service.overloaded` if the rest is needed for others */
  readonly assign: (principal: HttpPrincipal) => void
  /** Gives the place back before the end: a stream or an upload waits most of the time. */
  readonly leave: () => void
  /** Gives the place back at the end, and records how long the request took. */
  readonly end: (exchange: Exchange) => void
}

/**
 * Takes a place; returns undefined if the request must be refused. Reads without a token are refused first. A mount, which serves the
 * keys of tokens and the registry, is as important as a request with a token.
 */
export function takePlace(
  load: LoadShedder,
  { method, request }: Pick<Exchange, 'method' | 'request'>,
  isMounted: boolean,
): Place | undefined {
  const isRead = method === 'GET' || method === 'HEAD'
  const priority: LoadPriority = isRead && !isMounted && request.headers.authorization === undefined ? 'low' : 'normal'
  if (!load.tryEnter(priority)) return undefined
  let isIn = true
  let caller: string | undefined
  const leave = () => {
    if (isIn) load.leave(caller)
    isIn = false
  }
  return {
    assign({ kind, subject }) {
      if (kind === 'anonymous') {
        // a token that is not valid does not make a read more important
        if (priority === 'normal' && isRead && !isMounted && load.isFull('low')) throw overloaded()
      } else if (load.tryAssign(subject, 'normal')) caller = subject
      else throw overloaded()
    },
    leave,
    end(exchange) {
      if (isIn && showsLoad(exchange)) {
        load.record(`${method} ${exchange.route ?? ''}`, performance.now() - exchange.startedAt)
      }
      leave()
    },
  }
}

/** A wait for an outcome takes its time, a refusal takes none, and a client that has left ends any request early. */
function showsLoad({ response, isWaiting }: Exchange): boolean {
  if (isWaiting || !response.writableFinished) return false
  return response.statusCode < 400 || response.statusCode === 504
}

/** The refusal of a request that has no place. */
export function overloaded(): Error {
  const detail = 'This instance has too many requests in progress; retry later.'
  return refusalOf('service.overloaded', detail, { retryAfterSeconds: 1 })
}

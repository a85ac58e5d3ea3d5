import { randomUUID } from 'node:crypto'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'
import type { ResponseHead } from '../upstream/response-head.ts'

/**
 * Returns whether a request without a response may be retried: an idempotent method, or a write with an `Idempotency-Key`
 * that its service records. Without a record, a retry could have two effects.
 */
export function isRepeatable(route: Route, { method, headers }: RequestHead): boolean {
  if (route.isStream || route.isUpload === true) return false
  if (route.onlyReads === true) return true
  if (method !== 'POST' && method !== 'PATCH') return true
  return route.idempotencyKey !== 'none' && headers['idempotency-key'] !== undefined
}

/**
 * A key for a PUT or DELETE that came without one. Such a request is retried, and without a record of the first attempt's
 * effect a retry would be refused by it: a thing that is deleted is not found, and a version that was changed no longer matches.
 */
export function ownKeyFor({ idempotencyKey }: Route, { method, headers }: RequestHead): string | undefined {
  const isAccepted = (method === 'PUT' || method === 'DELETE') && idempotencyKey === 'accepted'
  return isAccepted && headers['idempotency-key'] === undefined ? randomUUID() : undefined
}

/** Whether the service says that an earlier attempt under the gateway's own key is still in progress. */
export function isInProgress({ status }: ResponseHead, body: readonly Buffer[]): boolean {
  return status === 409 && codeIn(body) === 'idempotency.in_progress'
}

/**
 * Whether another attempt may do better than this response, as far as its head shows. A 504 cannot be improved on: the service has
 * used up the time that the request had.
 */
export function mayBeRefusal({ status }: ResponseHead): boolean {
  return status === 502 || status === 503
}

/**
 * Whether to send a request again that got this 502 or 503: always when the instance is shutting down and has done nothing; not
 * when the service says when to come back, as it is overloaded or waits for another service; otherwise when the request is repeatable.
 */
export function isWorthRepeating(
  { headers }: ResponseHead,
  body: readonly Buffer[],
  isRequestRepeatable: boolean,
): boolean {
  if (codeIn(body) === 'service.draining') return true
  const hasRetryAfter = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'retry-after')
  return isRequestRepeatable && !hasRetryAfter
}

/** The code of a problem (RFC 9457), if the body is one. */
function codeIn(body: readonly Buffer[]): unknown {
  try {
    return (JSON.parse(Buffer.concat(body).toString()) as { readonly code?: unknown } | null)?.code
  } catch {
    return undefined
  }
}

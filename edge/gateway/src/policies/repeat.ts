import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'

/**
 * Whether a request may be sent again when nobody answered it: an idempotent method, or a write under an
 * `Idempotency-Key` that its service keeps a record of. Where none is kept, a repeat would do it twice.
 */
export function isRepeatable(route: Route, { method, headers }: RequestHead): boolean {
  if (route.isStream) return false
  if (method !== 'POST' && method !== 'PATCH') return true
  return route.idempotencyKey !== 'none' && headers['idempotency-key'] !== undefined
}

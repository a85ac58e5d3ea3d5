import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'

const longestWaitSeconds = 30
const retriesMs = 2_000

/** Returns the time limit in milliseconds: the timeout of the route, two seconds for retries, and the requested wait. */
export function timeLimitMs(route: Route, head: RequestHead): number {
  return requestTimeoutMs(route, head) + retriesMs
}

/** Milliseconds one attempt may take. */
export function requestTimeoutMs(route: Route, { headers }: RequestHead): number {
  const asked = waitSecondsOf(headers['prefer']) ?? route.waitSeconds
  return route.timeoutMs + Math.min(asked, longestWaitSeconds) * 1_000
}

/** The `wait` of a `Prefer` header (RFC 7240); undefined if the header has none. */
function waitSecondsOf(prefer: string | string[] | undefined): number | undefined {
  if (prefer === undefined) return undefined
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,4})"?/i.exec(String(prefer)) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

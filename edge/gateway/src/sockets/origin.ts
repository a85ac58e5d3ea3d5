import { platformError } from '@stoa/kernel'
import type { RequestHead } from '../exchange.ts'

/**
 * Refuses the handshake of a page of an unknown origin: browsers open WebSockets of other sites without asking first (CORS does not
 * apply). Programs send no `Origin`. Throws AppError `request.cross_site`.
 */
export function requireKnownOrigin(
  { headers }: RequestHead,
  own: string,
  isAllowed: (origin: string) => boolean,
): void {
  const { origin } = headers
  if (origin === undefined || origin === own || isAllowed(origin)) return
  throw platformError('request.cross_site', 'The WebSocket was opened by a page of another origin.')
}

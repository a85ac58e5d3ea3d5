import type { IncomingHttpHeaders } from 'node:http'
import { appHeader } from '@stoa/contract'
import { platformError } from '@stoa/kernel'

/** Whether a request says that it comes from an app: another site cannot send the header without being allowed to first (CORS). */
export function isOfApp(headers: IncomingHttpHeaders): boolean {
  return headers[appHeader] !== undefined
}

/**
 * Rejects a request with the cookie of a session that a page of another origin sent. Browsers that send no `Sec-Fetch-Site` (Fetch
 * Metadata; also those on a page without TLS) send `Origin` with everything that may change something.
 * @throws AppError `request.cross_site`
 */
export function requireOwnPage(method: string, headers: IncomingHttpHeaders, origin: string): void {
  const { origin: from } = headers
  const site = headers['sec-fetch-site']
  const isRead = method === 'GET' || method === 'HEAD'
  const isSameSite = site === undefined ? from !== undefined || isRead : site === 'same-origin'
  if (isSameSite && (from === undefined || from === origin)) return
  throw platformError('request.cross_site', 'The request was sent by a page of another origin.')
}

import { isNotModified } from '@stoa/http'
import { isEncodable } from '../compression/codings.ts'
import { sendWhole } from '../compression/send-whole.ts'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import { withAdded } from '../upstream/response-head.ts'
import type { StoredAnswer } from './stored-answer.ts'

/** Fields of a 304 (RFC 9110, 15.4.5). */
const withNotModified = new Set(['cache-control', 'content-location', 'date', 'etag', 'expires', 'vary'])

interface Sending {
  readonly head: RequestHead
  readonly client: AnswerTarget
  readonly extraHeaders: readonly string[]
}

/**
 * Sends a cached response with its age and cache status (RFC 9211), or 304 if the client already has it. Returns the sent
 * status.
 */
export function sendAnswer({ head, client, extraHeaders }: Sending, answer: StoredAnswer, how: string): number {
  const ageSeconds = Math.max(0, Math.floor((performance.now() - answer.bornAtMs) / 1_000))
  const added = ['age', String(ageSeconds), 'cache-status', `stoa; ${how}`]
  const { etag } = answer
  if (answer.status === 200 && etag !== undefined && isNotModified(head.headers['if-none-match'], etag)) {
    const kept = answer.headers.filter((_, index) =>
      withNotModified.has((answer.headers[index - (index % 2)] ?? '').toLowerCase()),
    )
    const vary = isEncodable(200, answer.headers) ? ['vary', 'Accept-Encoding'] : []
    client.writeHead(304, withAdded(kept, [...added, ...vary, ...extraHeaders])).end()
    return 304
  }
  sendWhole(head, client, { ...answer, headers: withAdded(answer.headers, [...added, ...extraHeaders]) })
  return answer.status
}

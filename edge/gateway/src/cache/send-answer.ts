import { isNotModified } from '@stoa/http'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { StoredAnswer } from './stored-answer.ts'

/** Fields of a 304 (RFC 9110, 15.4.5). */
const withNotModified = new Set(['cache-control', 'content-location', 'date', 'etag', 'expires', 'vary'])

interface Sending {
  readonly head: RequestHead
  readonly client: AnswerTarget
  readonly extraHeaders: readonly string[]
}

/**
 * Sends what is kept, with its age and how it came (RFC 9211); a client that holds it already is told so. Answers the
 * status sent.
 */
export function sendAnswer({ head, client, extraHeaders }: Sending, answer: StoredAnswer, how: string): number {
  const ageSeconds = Math.max(0, Math.floor((performance.now() - answer.bornAtMs) / 1_000))
  const added = ['age', String(ageSeconds), 'cache-status', `stoa; ${how}`]
  const { etag } = answer
  if (answer.status === 200 && etag !== undefined && isNotModified(head.headers['if-none-match'], etag)) {
    const kept = answer.headers.filter((_, index) =>
      withNotModified.has((answer.headers[index - (index % 2)] ?? '').toLowerCase()),
    )
    client.writeHead(304, [...kept, ...added, ...extraHeaders]).end()
    return 304
  }
  client.writeHead(answer.status, [...answer.headers, ...added, ...extraHeaders]).end(answer.body)
  return answer.status
}

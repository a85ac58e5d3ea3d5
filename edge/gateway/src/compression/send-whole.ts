import { etagOf, isNotModified } from '@stoa/http'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import { chosenCoding, encodedHead, isEncodable } from './codings.ts'
import { encodedBody } from './encoders.ts'

interface WholeAnswer {
  readonly status: number
  readonly headers: readonly string[]
  /** Kept by the sender: its encodings are kept with it. */
  readonly body: Buffer
  /** What a strong entity tag is made of: each coding is sent with one of its own (RFC 9110, 8.8.3). */
  readonly tag?: string | undefined
}

/** Sends an answer that is kept, in the coding the client likes best; it is encoded once for all who ask. */
export function sendWhole(
  { method, headers: asked }: RequestHead,
  client: Pick<AnswerTarget, 'destroyed' | 'writeHead'>,
  { status, headers: given, body, tag }: WholeAnswer,
): void {
  const isHead = method === 'HEAD'
  const isEncoded = isEncodable(status, [...given, 'content-length', String(body.length)])
  const coding = isEncoded && !isHead ? chosenCoding(asked['accept-encoding']) : undefined
  const etag = tag === undefined ? undefined : etagOf(coding === undefined ? tag : `${tag}-${coding}`)
  const headers = etag === undefined ? given : [...given, 'etag', etag]
  if (etag !== undefined && isNotModified(asked['if-none-match'], etag)) {
    const kept = headers.filter((_, index) => !/^content-(type|length)$/i.test(headers[index - (index % 2)] ?? ''))
    return void client.writeHead(304, isEncoded ? [...kept, 'vary', 'Accept-Encoding'] : kept).end()
  }
  if (coding === undefined) {
    client.writeHead(status, isEncoded ? encodedHead(headers, undefined) : [...headers]).end(isHead ? undefined : body)
    return
  }
  const send = (encoded: Buffer) => {
    if (client.destroyed) return
    client.writeHead(status, [...encodedHead(headers, coding), 'content-length', String(encoded.length)]).end(encoded)
  }
  const encoded = encodedBody(body, coding)
  if (encoded instanceof Promise) {
    // the tag of the coding would be wrong
    encoded.then(send, () => client.writeHead(status, encodedHead(given, undefined)).end(body))
  } else send(encoded)
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'

/** What a merchant runs: it uses nothing of Stoa. */
export function makeMerchantReceiver(
  secretOf: () => string,
  handled: Set<string>,
  handle: (event: { readonly type: string; readonly data: unknown }) => void,
): Server {
  function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
    const key = Buffer.from(secretOf().replace(/^whsec_/, ''), 'base64')
    const isRecent = Math.abs(Date.now() / 1_000 - Number(timestamp)) < 300
    if (!isRecent) return false
    const expected = createHmac('sha256', key)
      .update(`${String(id)}.${String(timestamp)}.`)
      .update(body)
      .digest()
    return String(signatures)
      .split(' ')
      .filter((signature) => signature.startsWith('v1,'))
      .map((signature) => Buffer.from(signature.slice(3), 'base64'))
      .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    // The bytes as they came: JSON that is parsed and written again differs from what was signed.
    const body = Buffer.concat(chunks)
    if (isSigned(request.headers, body)) {
      const event = JSON.parse(body.toString())
      // A webhook can come twice; store its id together with its effect.
      if (!handled.has(event.id)) handle(event)
      handled.add(event.id)
      response.writeHead(204).end()
    } else response.writeHead(401).end()
  }

  return createServer((request, response) => {
    receive(request, response).catch(() => response.destroy())
  })
}

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifiedWebhookId } from '@stoa/security'
import { onTestFinished } from 'vitest'

/** A webhook as a receiver gets it. */
export interface ReceivedWebhook {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Its event. */
  readonly event: any
}

/** A receiver of webhooks on this machine. */
export interface Receiver {
  readonly url: string
  readonly received: ReceivedWebhook[]
  /** Responds to the next webhooks; with 204 by default. */
  respond: (response: ServerResponse, webhook: ReceivedWebhook) => void
  /** The most webhooks that were on their way at once. */
  mostAtOnce: number
}

/** Starts a receiver, until the test ends. */
export async function startReceiver(): Promise<Receiver> {
  let open = 0
  const server: Server = createServer((request, response) => {
    open += 1
    receiver.mostAtOnce = Math.max(receiver.mostAtOnce, open)
    response.on('close', () => (open -= 1))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const webhook = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) }
      receiver.received.push(webhook)
      receiver.respond(response, webhook)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    respond: (response) => void response.writeHead(204).end(),
    mostAtOnce: 0,
  }
  return receiver
}

/** Whether a webhook is signed with a secret at the time of this machine. */
export function isSignedWith(
  secret: string,
  { headers, body }: ReceivedWebhook,
  now = Temporal.Now.instant(),
): boolean {
  const given = headers as Record<string, string>
  return verifiedWebhookId(secret, { headers: given, body: Buffer.from(body), now }) === headers['webhook-id']
}

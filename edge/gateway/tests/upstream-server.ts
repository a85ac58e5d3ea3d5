import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service behind the gateway that does what a test tells it to. */
export interface UpstreamServer {
  readonly port: number
  readonly requests: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage['headers']
    readonly body: string
  }[]
  answer: RequestListener
  readonly stop: () => Promise<void>
}

export async function upstreamServer(): Promise<UpstreamServer> {
  const requests: UpstreamServer['requests'] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      upstream.answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upstream: UpstreamServer = {
    port: (server.address() as AddressInfo).port,
    requests,
    answer: (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return upstream
}

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** A service whose WebSockets return what they get. */
export interface EchoUpstream {
  readonly address: string
  readonly requests: IncomingMessage[]
  readonly open: () => number
  /** Refuses with this instead. */
  refuse: { readonly status: number; readonly code: string } | undefined
  readonly stop: () => Promise<void>
}

export async function echoUpstream(): Promise<EchoUpstream> {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has('stoa.v1') && 'stoa.v1',
  })
  const problem = () => JSON.stringify({ status: upstream.refuse?.status, code: upstream.refuse?.code })
  const server = createServer((_request, response) => {
    response.writeHead(upstream.refuse?.status ?? 200, { 'content-type': 'application/problem+json' }).end(problem())
  })
  server.on('upgrade', (request, socket, head) => {
    upstream.requests.push(request)
    const { refuse } = upstream
    if (refuse !== undefined) {
      const text = problem()
      const fields = `content-type: application/problem+json\r\ncontent-length: ${text.length}\r\nconnection: close`
      socket.end(`HTTP/1.1 ${refuse.status} Refused\r\n${fields}\r\n\r\n${text}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upstream: EchoUpstream = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    open: () => sockets.clients.size,
    refuse: undefined,
    async stop() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return upstream
}

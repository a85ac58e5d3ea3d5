import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The application that is to be replaced: one process with its state in memory, and no idea of a contract. */
export interface LegacyApp {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Starts it on a free port. It greets like the service of example 01, and has a page that no service has. */
export async function startLegacyApp(): Promise<LegacyApp> {
  const times = new Map<string, number>()
  const server = createServer((request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url } = request
    if (url === '/guestbook') return void response.end(`${times.size} guests\n`)
    if (method !== 'POST' || url !== '/api/v1/greetings') return void response.writeHead(404).end()
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { name } = JSON.parse(text) as { readonly name: string }
    times.set(name, (times.get(name) ?? 0) + 1)
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ greeting: `HELLO ${name}`, times: times.get(name) }))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

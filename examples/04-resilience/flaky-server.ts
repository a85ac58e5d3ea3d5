import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server whose next answers are said beforehand; once those are over it is well. */
export interface FlakyServer {
  readonly url: string
  /** How often it was asked so far. */
  readonly asked: () => number
  readonly failNext: (times: number) => void
  readonly close: () => Promise<void>
}

export async function startFlakyServer(): Promise<FlakyServer> {
  let asked = 0
  let failures = 0
  const server = createServer((_request, response) => {
    asked++
    const isFailing = failures > 0
    if (isFailing) failures--
    response.writeHead(isFailing ? 503 : 200).end(isFailing ? 'not now' : 'well')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    failNext: (times) => void (failures = times),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

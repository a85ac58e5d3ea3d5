import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A response; `cut` closes the connection without one, `silence` leaves it open, `endless` is a stream with one event. */
export type Response =
  | 'cut'
  | 'silence'
  | 'endless'
  | {
      readonly status: number
      readonly body?: unknown
      /** Pieces of text that arrive one after the other, before the body. */
      readonly pieces?: readonly string[]
      readonly headers?: Readonly<Record<string, string>>
    }

export interface RecordingServer {
  readonly url: string
  readonly requests: readonly Recorded[]
  /** Whether no request is in progress. */
  readonly isIdle: () => boolean
  /** May be called twice. */
  readonly close: () => Promise<void>
}

/** A server that records its requests and sends the given responses, one after the other, the last one repeatedly. */
export async function recordingServer(...responses: Response[]): Promise<RecordingServer> {
  const requests: Recorded[] = []
  let inProgress = 0
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    inProgress += 1
    response.on('close', () => (inProgress -= 1))
    requests.push({ method, url, headers, body: await text(request) })
    const next = responses[Math.min(requests.length, responses.length) - 1]
    if (next === undefined || next === 'silence') return
    if (next === 'endless') return void response.write('data: {"id":"1"}\n\n')
    if (next === 'cut') return void request.socket.destroy()
    response.writeHead(next.status, next.headers)
    for (const piece of next.pieces ?? []) {
      response.write(piece)
      await setTimeout(10)
    }
    response.end(typeof next.body === 'object' ? JSON.stringify(next.body) : next.body)
  }
  const server = createServer((request, response) => void respond(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return { url, requests, isIdle: () => inProgress === 0, close }
}

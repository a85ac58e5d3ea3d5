import { Agent, request as open, type OutgoingHttpHeaders } from 'node:http'
import { isInternalPath } from '@stoa/contract'
import { doors } from './doors.ts'
import type { DeclaredRoute } from './declared-routes.ts'

/** What goes out: a body that is text or bytes is sent as it is, anything else as JSON. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: unknown
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body when it is JSON. */
  readonly body: any
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const timeoutMs = 30_000

/** The door that clients come to for a route: the gateway, and for the registry and what is internal the service's own port. */
export function doorOf({ service, route }: Pick<DeclaredRoute, 'service' | 'route'>): string {
  return service.name === 'registry' || isInternalPath(route.path) ? ownDoorOf(service.name) : doors().gatewayUrl
}

/** Where the first process of a service listens itself. */
export function ownDoorOf(service: string): string {
  const [url] = ownDoorsOf(service)
  if (url === undefined) throw new Error(`${service} does not run`)
  return url
}

/** Where all processes of a service listen themselves. */
export function ownDoorsOf(service: string): readonly string[] {
  return doors().serviceUrls[service] ?? []
}

/** Sends one request over a kept connection; of a stream the head alone is read. */
export function send(door: string, { method, path, headers = {}, body }: Sent): Promise<Answered> {
  const bytes = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : toJson(body)
  const { hostname, port } = new URL(door)
  return new Promise((resolve, reject) => {
    const length = bytes === undefined ? {} : { 'content-length': Buffer.byteLength(bytes) }
    const outgoing = open({ agent, hostname, port, method, path, headers: { ...length, ...headers } })
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`${method} ${path}: no answer in time`)))
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const { statusCode: status = 0 } = incoming
      if (incoming.headers['content-type'] === 'text/event-stream') {
        incoming.destroy()
        return resolve({ status, headers: incoming.headers, text: '', body: undefined })
      }
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status, headers: incoming.headers, text, body: parsed(text, incoming.headers['content-type']) })
      })
    })
    outgoing.end(bytes)
  })
}

function toJson(body: unknown): string {
  return JSON.stringify(body)
}

function parsed(text: string, type: string | undefined): unknown {
  return text !== '' && type?.includes('json') === true ? JSON.parse(text) : undefined
}

/** The headers that come with a body of this method, and who sends it. */
export function headersFor(method: string, token: string | undefined): OutgoingHttpHeaders {
  return {
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}

/** Runs something for each item, at most `width` at once; the first failure is thrown when all have ended. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  run: (item: Item, index: number) => Promise<void>,
  width = 16,
): Promise<void> {
  const rest = items.entries()
  const failures: unknown[] = []
  const lane = async () => {
    for (const [index, item] of rest) await run(item, index).catch((error: unknown) => void failures.push(error))
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}

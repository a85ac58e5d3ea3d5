import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface WireInstance {
  readonly id: string
  readonly host: string
  readonly port: number
  readonly [field: string]: unknown
}

interface Registered {
  readonly service: string
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A registry over real HTTP that speaks the protocol of the README and does what a test tells it to. */
export interface RegistryServer {
  readonly url: string
  /** Every request so far as `METHOD path`. */
  readonly requests: string[]
  readonly headersOf: (request: string) => IncomingMessage['headers'] | undefined
  readonly registered: ReadonlyMap<string, Registered>
  readonly watchers: () => number
  readonly revision: () => number
  /** Puts a service's instances and tells the watchers. */
  readonly put: (service: string, instances: readonly WireInstance[]) => void
  /** Sends watchers something as it stands. */
  readonly send: (text: string) => void
  /** Forgets which changes led here, as after too many of them. */
  readonly forgetHistory: () => void
  /** Forgets all services and continues at this revision. */
  readonly restore: (revision: number) => void
  readonly forgetRegistrations: () => void
  /** Answers the next request with this status and does nothing else. */
  readonly answerNext: (status: number) => void
  /** Does what the next request asks, and cuts the connection instead of answering. */
  readonly loseNextAnswer: () => void
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

export async function registryServer(options: { readonly leaseSeconds?: number } = {}): Promise<RegistryServer> {
  const leaseSeconds = options.leaseSeconds ?? 30
  const services = new Map<string, readonly WireInstance[]>()
  const changedAt = new Map<string, number>()
  const registered = new Map<string, Registered>()
  const watching = new Set<ServerResponse>()
  const requests: string[] = []
  const headers = new Map<string, IncomingMessage['headers']>()
  const statuses: (number | 'lost')[] = []
  let revision = 1
  let oldestKnown = 0
  let made = 0
  let port = 0
  let server: Server

  const items = () => [...services].map(([service, instances]) => ({ service, instances }))
  const eventText = (event: string, id: number, data: object) =>
    `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ revision: id, ...data })}\n\n`
  const changeText = (service: string) =>
    eventText('change', changedAt.get(service) ?? 0, { service, instances: services.get(service) })

  function put(service: string, instances: readonly WireInstance[]): void {
    revision += 1
    services.set(service, instances)
    changedAt.set(service, revision)
    for (const response of watching) response.write(changeText(service))
  }

  function watch(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    const seen = Number(request.headers['last-event-id'] ?? -1)
    if (seen < oldestKnown || seen > revision) response.write(eventText('snapshot', revision, { items: items() }))
    else {
      const since = [...changedAt].filter(([, at]) => at > seen).sort((left, right) => left[1] - right[1])
      for (const [service] of since) response.write(changeText(service))
    }
    watching.add(response)
    response.on('close', () => watching.delete(response))
  }

  function register(key: string, body: Readonly<Record<string, unknown>>): { status: number; id: string } {
    for (const [id, known] of registered) if (known.key === key) return { status: 200, id }
    const id = `instance-${++made}`
    registered.set(id, { service: String(body['serviceName']), key, body })
    return { status: 201, id }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    requests.push(`${request.method} ${path}`)
    headers.set(`${request.method} ${path}`, request.headers)
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const forced = statuses.shift()
    const answer = (status: number, body?: object) => {
      if (forced === 'lost') return void response.destroy()
      response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' })
      response.end(body === undefined ? undefined : JSON.stringify(body))
    }
    if (typeof forced === 'number') return answer(forced, { detail: 'as the test wants it' })
    if (path === '/api/services/watch') return watch(request, response)
    if (request.method === 'GET') return answer(200, { revision, items: items() })
    if (request.method === 'POST') {
      const { status, id } = register(
        String(request.headers['idempotency-key'] ?? made),
        JSON.parse(text) as Record<string, unknown>,
      )
      return answer(status, { instanceId: id, leaseSeconds })
    }
    const id = /\/instances\/([^/]+)/.exec(path)?.[1] ?? ''
    if (!registered.has(id)) return answer(404, { detail: 'unknown instance' })
    if (request.method === 'PUT') return answer(200, { leaseSeconds })
    registered.delete(id)
    answer(204)
  }

  function start(): Promise<void> {
    server = createServer((request, response) => void handle(request, response))
    return new Promise((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }

  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    headersOf: (request) => headers.get(request),
    registered,
    watchers: () => watching.size,
    revision: () => revision,
    put,
    send: (text) => {
      for (const response of watching) response.write(text)
    },
    forgetHistory: () => {
      oldestKnown = revision + 1
      revision += 1
    },
    restore: (to) => {
      services.clear()
      changedAt.clear()
      revision = to
    },
    forgetRegistrations: () => registered.clear(),
    answerNext: (status) => void statuses.push(status),
    loseNextAnswer: () => void statuses.push('lost'),
    stop,
    start,
  }
}

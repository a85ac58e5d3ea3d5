import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An instance that exposes metrics. */
export interface FakeInstance {
  readonly service: string
  readonly port: number
  /** What it exposes. */
  metrics: string
  /** How it responds to a scrape. */
  behaviour: 'well' | 'fails' | 'hangs' | 'never ends'
  /** What the registry says of it; undefined if it is not registered. */
  status: 'healthy' | 'unhealthy' | undefined
  /** How often it was scraped. */
  scrapes: number
}

/** A registry with instances. */
export interface FakeSystem {
  readonly registryUrl: string
  readonly add: (service: string, metrics?: string) => Promise<FakeInstance>
  readonly close: () => Promise<void>
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Starts a registry, and instances with metrics. */
export async function fakeSystem(): Promise<FakeSystem> {
  const instances: FakeInstance[] = []
  const registry = createServer((_request, response) => {
    const listed = instances.filter(({ status }) => status !== undefined)
    const items = [...Map.groupBy(listed, ({ service }) => service)].map(([service, own]) => ({
      service,
      instances: own.map(({ port, status }) => ({ host: '127.0.0.1', port, status })),
    }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ revision: 1, items }))
  })
  const servers = [registry]
  const registryUrl = `http://127.0.0.1:${await listen(registry)}`
  return {
    registryUrl,
    async add(service, metrics = '') {
      const instance: FakeInstance = { service, port: 0, metrics, behaviour: 'well', status: 'healthy', scrapes: 0 }
      const server = createServer((_request, response) => {
        instance.scrapes += 1
        respond(instance, response)
      })
      servers.push(server)
      Object.assign(instance, { port: await listen(server) })
      instances.push(instance)
      return instance
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

function respond({ behaviour, metrics }: FakeInstance, response: ServerResponse): void {
  if (behaviour === 'hangs') return
  if (behaviour === 'fails') response.writeHead(500).end()
  else if (behaviour === 'well') response.writeHead(200, { 'content-type': 'text/plain' }).end(metrics)
  else {
    const line = `endless{at="${'x'.repeat(1_000)}"} 1\n`.repeat(100)
    response.writeHead(200)
    const pour = () => {
      while (!response.destroyed && response.write(line));
      if (!response.destroyed) response.once('drain', pour)
    }
    pour()
  }
}

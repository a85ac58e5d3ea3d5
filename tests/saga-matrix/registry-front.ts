import { createServer, request as askHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FaultProxy } from './fault-proxy.ts'

interface Instance {
  readonly id: string
  readonly host: string
  readonly port: number
}

interface Listed {
  readonly service: string
  readonly instances: readonly Instance[]
}

/** The registry as order sees it. */
export interface RegistryFront {
  readonly url: string
  readonly close: () => void
}

/**
 * Opens a registry that tells what the real one tells, but that a callee's instance stands behind each of the proxy's
 * ports for it. Many of them, so that the failures of one case open no breaker that stands in the way of another.
 */
export async function openRegistryFront(
  callees: readonly string[],
  proxy: FaultProxy,
  realPort: () => Promise<number>,
): Promise<RegistryFront> {
  const redirect = ({ service, instances, ...rest }: Listed): Listed => {
    if (!callees.includes(service)) return { service, instances, ...rest }
    const [newest] = instances.toReversed()
    if (newest !== undefined) proxy.lead(service, newest.port)
    const behindProxy = instances.flatMap((instance) =>
      proxy.portsOf(service).map((port, index) => ({ ...instance, id: `${instance.id}~${index}`, port })),
    )
    return { ...rest, service, instances: behindProxy }
  }
  const server = createServer((request, response) => {
    serve(request, response, { realPort, redirect }).catch(() => response.destroy())
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Front {
  readonly realPort: () => Promise<number>
  readonly redirect: (listed: Listed) => Listed
}

async function serve(request: IncomingMessage, response: ServerResponse, { realPort, redirect }: Front): Promise<void> {
  const { method, url: path, headers } = request
  const real = askHttp({ host: '127.0.0.1', port: await realPort(), method, path, headers, agent: false })
  real.on('error', () => response.destroy())
  response.on('close', () => real.destroy())
  request.pipe(real)
  real.on('response', (answer) => {
    const { 'content-length': _length, ...rest } = answer.headers
    response.writeHead(answer.statusCode ?? 502, rest)
    response.flushHeaders()
    if (path === '/api/services/watch') return follow(answer, response, redirect)
    void textOf(answer).then((text) => response.end(isList(method, path) ? retold(text, redirect) : text))
  })
}

function isList(method: string | undefined, path: string | undefined): boolean {
  return method === 'GET' && path === '/api/services'
}

function retold(text: string, redirect: Front['redirect']): string {
  const told = JSON.parse(text) as Listed & { readonly items?: readonly Listed[] }
  return JSON.stringify(told.items === undefined ? redirect(told) : { ...told, items: told.items.map(redirect) })
}

function follow(answer: IncomingMessage, response: ServerResponse, redirect: Front['redirect']): void {
  let rest = ''
  answer.setEncoding('utf8').on('data', (text: string) => {
    const events = (rest + text).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const lines = event.split('\n').map((line) => {
        return line.startsWith('data:') ? `data: ${retold(line.slice('data:'.length), redirect)}` : line
      })
      response.write(`${lines.join('\n')}\n\n`)
    }
  })
  answer.on('close', () => response.destroy())
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

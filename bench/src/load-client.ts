import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

// A process of its own, so that what asking costs is not counted as what answering costs. It sends requests made before and
// looks at no more of an answer than its status and its end.

/** What the client is told on its standard input. */
export interface Load {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Paths asked for in turn. */
  readonly paths: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly expectedStatus: number
}

/** What it tells on its standard output. */
export interface LoadResult {
  readonly answers: number
  readonly seconds: number
  readonly bytes: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const load = JSON.parse(await text(process.stdin)) as Load
const { host, port, headers } = load
const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
const requests = load.paths.map((path) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${fields.join('')}\r\n`, 'latin1'),
)
const headEnd = Buffer.from('\r\n\r\n')
const startedAtMs = performance.now()
const measureFromMs = startedAtMs + load.warmUpMs
const endMs = measureFromMs + load.measureMs
const latenciesMs: number[] = []
let next = 0
let bytes = 0

await Promise.all(Array.from({ length: load.connections }, ask))
latenciesMs.sort((left, right) => left - right)
const at = (share: number) => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? Number.NaN
const result: LoadResult = {
  answers: latenciesMs.length,
  seconds: load.measureMs / 1_000,
  bytes,
  p50Ms: at(0.5),
  p99Ms: at(0.99),
}
console.log(JSON.stringify(result))

/** Asks one request after the other over one connection until the time is over. */
function ask(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ host, port, noDelay: true })
  let sentAtMs = 0
  let pending: Buffer | undefined
  let missingBytes = -1

  const send = () => {
    sentAtMs = performance.now()
    if (sentAtMs >= endMs) return void socket.destroy()
    socket.write(requests[next++ % requests.length] ?? headEnd)
  }
  const onWhole = () => {
    const nowMs = performance.now()
    if (nowMs >= measureFromMs && nowMs < endMs) latenciesMs.push(nowMs - sentAtMs)
    missingBytes = -1
    send()
  }
  const onHead = (chunk: Buffer) => {
    const all = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const end = all.indexOf(headEnd)
    pending = end < 0 ? all : undefined
    if (end < 0) return
    const head = all.toString('latin1', 0, end)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (Number(head.slice(9, 12)) !== load.expectedStatus || (length === undefined && load.expectedStatus !== 304)) {
      throw new Error(`unexpected response: ${head} ${all.toString('utf8', end, end + 500)}`)
    }
    missingBytes = Number(length ?? 0) - (all.length - end - headEnd.length)
    if (load.expectedStatus === 304) missingBytes = 0
  }
  socket.on('connect', send)
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (missingBytes < 0) onHead(chunk)
    else missingBytes -= chunk.length
    if (missingBytes === 0) onWhole()
  })
  socket.on('error', reject)
  socket.on('close', () => resolve())
  return promise
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { commands } from './commands.ts'

let asked: { method: string; path: string; authorization: string | undefined; body: string }[]
let answer: { status: number; body: object }
/** What is answered at a path, in place of `answer`. */
let answerAt: ((path: string) => object) | undefined
let server: Server
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      asked.push({ method, path, authorization: headers.authorization, body })
      response.writeHead(answer.status).end(JSON.stringify(answerAt?.(path) ?? answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked = []
  answerAt = undefined
  answer = { status: 200, body: { items: [], cursor: '', reset: 0, count: 0 } }
  vi.stubEnv('STOA_TOKEN', 'of-an-operator')
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())))

async function run(name: string, ...args: string[]): Promise<number> {
  const command = await commands[name]?.load()
  return command?.run(args) ?? -1
}
const paths = () => asked.map(({ method, path }) => `${method} ${path}`)

test('commands that read ask the operating endpoints of each service at the gateway, with the token given', async () => {
  expect(await run('dlq', 'ls', '--url', url)).toBe(0)
  expect(paths()).toContain('GET /api/v1/ops/order/dead-letters')
  expect(await run('tasks', 'ls', 'payment', '--url', url)).toBe(0)
  expect(await run('routes', '--url', url)).toBe(0)
  expect(await run('breakers', 'ls', '--by', 'gateway', '--url', url)).toBe(0)
  expect(await run('describe', 'order', '--url', url)).toBe(0)
  expect(paths().slice(-4)).toEqual([
    'GET /api/v1/ops/payment/tasks',
    'GET /api/v1/ops/gateway/routes',
    'GET /api/v1/ops/gateway/circuit-breakers',
    'GET /api/v1/ops/gateway/upstreams',
  ])
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer of-an-operator']))
})

test.each([
  ['demo', '--rate', '-1'],
  ['demo', '--minutes', '-1'],
  ['demo', '--orders', '-2'],
  ['demo', '--seed', '-3'],
  ['backup', '--keep', '-1'],
  ['dlq', 'ls', '--limit', '-1'],
  ['tasks', 'ls', '--limit', '-1'],
  ['saga', 'ls', '--limit', '-1'],
  ['events', 'tail', '--limit', '-1'],
  ['traces', '--limit', '-1'],
  ['traces', '--slow', '-1'],
])('stoa %s %s %s %s says in one sentence what the number must be', async (name, ...args) => {
  const refused: Error = await run(name, ...args.filter((arg) => arg !== undefined)).then(
    () => expect.unreachable(),
    (error) => error,
  )
  expect([refused.name, refused.message]).toEqual([
    'UsageError',
    expect.stringMatching(new RegExp(`^${args.at(-2)} (takes|is) [^.]*"-\\d"[^.]*$`)),
  ])
  expect(asked).toEqual([])
})

test('describe shows the components of the instances of a deployed system', async () => {
  const items = [
    { service: 'order', instances: [{ id: 'i1', port: 1, metadata: { instance: 'order-a' }, isDrained: false }] },
  ]
  answerAt = (path) =>
    path.endsWith('/order/health')
      ? { instance: 'order-a', status: 'degraded', components: { pricing: { status: 'down', reason: 'no answer' } } }
      : { items }
  expect(await run('describe', 'order', '--json', '--url', url)).toBe(0)
  const shown = JSON.parse(
    vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => String(text))
      .join(''),
  )
  expect(shown.instances).toMatchObject([{ instance: 'i1', components: { pricing: { status: 'down' } } }])
  answerAt = (path) =>
    path.endsWith('/gateway/health') ? { status: 'up', components: { keys: { status: 'up' } } } : { items: [] }
  vi.mocked(process.stdout.write).mockClear()
  expect(await run('describe', 'gateway', '--json', '--url', url)).toBe(0)
  const gateway = JSON.parse(
    vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => String(text))
      .join(''),
  )
  expect(gateway.instances).toMatchObject([{ service: 'gateway', components: { keys: { status: 'up' } } }])
})

test('commands that repair send what is to be done, at the URL of the environment too', async () => {
  vi.stubEnv('STOA_URL', url)
  expect(await run('dlq', 'discard', 'order', '7', '--reason', 'tried')).toBe(0)
  expect(asked).toEqual([
    {
      method: 'POST',
      path: '/api/v1/ops/order/dead-letters/7/discard',
      authorization: 'Bearer of-an-operator',
      body: '{"reason":"tried"}',
    },
  ])
})

test('logs of a deployed system are read page by page and printed in the order of time', async () => {
  const line = (id: string, more: object = {}) => ({
    id,
    at: `2026-11-30T10:00:0${id}.000001Z`,
    level: 'info',
    service: 'order',
    instance: 'order-1',
    message: `line ${id}`,
    attributes: { orderId: 'o-1' },
    ...more,
  })
  const failed = {
    level: 'error',
    attributes: { 'exception.type': 'Error', 'exception.message': 'broken', 'exception.stacktrace': 'Error: broken' },
  }
  answerAt = (path) =>
    path.includes('cursor=next')
      ? { items: [line('1')] }
      : { items: [line('3', failed), line('2')], nextCursor: 'next' }
  const printed = () =>
    vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => String(text))
      .join('')
  const trace = 'a'.repeat(32)
  expect(await run('logs', 'order', '--trace', trace, '--grep', 'o-1', '--url', url)).toBe(0)
  const asks = `GET /api/v1/telemetry/logs?service=order&contains=o-1&traceId=${trace}&limit=200`
  expect(paths()).toEqual([asks, `${asks}&cursor=next`])
  expect(printed()).toBe(
    [
      '10:00:01.000 info  order        line 1 orderId=o-1',
      '10:00:02.000 info  order        line 2 orderId=o-1',
      '10:00:03.000 error order        line 3 error="broken"\n',
    ].join('\n'),
  )
  vi.mocked(process.stdout.write).mockClear()
  expect(await run('logs', '--json', '--since', '10m', '--url', url)).toBe(0)
  expect(
    printed()
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text).id),
  ).toEqual(['1', '2', '3'])
  expect(paths().at(-1)).toMatch(/from=\d{4}-/)
  answerAt = () => ({ items: [] })
  await expect(run('logs', '--trace', trace, '--url', url)).rejects.toThrow('no stored log line belongs to trace')
  await expect(run('logs', 'nothing', '--url', url)).rejects.toThrow('there is no service "nothing"')
})

test('a refusal is said in the words of the system', async () => {
  answer = { status: 403, body: { code: 'auth.permission_missing', detail: 'This needs the permission ops.' } }
  await expect(run('saga', 'ls', '--url', url)).rejects.toThrow('This needs the permission ops. (403')
})

test('a wrong id and a wrong service are named, with where to look', async () => {
  answer = { status: 404, body: { code: 'operating.not_found', detail: 'There is no endpoint at this path.' } }
  const wrong = run('dlq', 'show', 'order', '99', '--url', url)
  await expect(wrong).rejects.toThrow('order has no dead letter 99: "stoa dlq ls order" lists what exists')
  await expect(run('tasks', 'retry', 'order', '99', '--url', url)).rejects.toThrow('order has no failed task 99')
  await expect(run('dlq', 'show', 'nothing', '1', '--url', url)).rejects.toThrow('"nothing" is no service')
})

test('without a token the command says how to sign in, and asks nothing', async () => {
  vi.stubEnv('STOA_TOKEN', '')
  vi.stubEnv('XDG_CONFIG_HOME', '/nowhere')
  await expect(run('saga', 'ls', '--url', url)).rejects.toThrow(`stoa login --url ${url}`)
  expect(asked).toEqual([])
})

test('every command about this machine refuses the URL of another system', async () => {
  const local = Object.entries(commands).filter(([name, { isReaching }]) => isReaching !== true && name !== 'new')
  const parts: Readonly<Record<string, string>> = {
    archive: 'status',
    policy: 'why',
    publish: 'kubernetes',
    secrets: 'make',
  }
  for (const [name] of local) {
    const part = parts[name] === undefined ? [] : [parts[name]]
    await expect(run(name, ...part, '--url', url, '--data', '/nowhere'), name).rejects.toThrow(
      'only with a system on this machine',
    )
  }
  expect(asked).toEqual([])
})

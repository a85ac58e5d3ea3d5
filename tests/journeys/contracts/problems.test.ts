import { connect } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { accountOf, type Account } from '../../requests/accounts.ts'
import { goTo } from '../../requests/doors.ts'
import { faultOf, faultOfProblem } from '../../requests/problems.ts'
import { pathOf, declaredRoutes, services, type DeclaredRoute } from '../../requests/declared-routes.ts'
import { doorOf, forEachAtOnce, headersFor, ownDoorOf, send, type Sent } from '../../requests/send.ts'
import { wholeValueOf } from '../../requests/valid-values.ts'
import { system } from '../system.ts'

goTo(system)

let admin: Account
let customer: Account

beforeAll(async () => {
  ;[admin, customer] = await Promise.all([accountOf('admin'), accountOf('customer')])
})

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const names = services.map(({ name }) => name)

/** A path of a route with ids that name nothing. */
function somePath({ route }: Pick<DeclaredRoute, 'route'>): string {
  const params = Object.entries(route.params).map(([name, schema]) => [name, String(wholeValueOf(schema))])
  return pathOf(route, Object.fromEntries(params))
}

/** The methods that the contracts say for a path; undefined for one that several routes could be meant by. */
function methodsAt(path: string, routes: readonly DeclaredRoute[]): string[] | undefined {
  const matches = routes.filter(({ route }) =>
    new RegExp(`^${route.path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  )
  if (new Set(matches.map(({ route }) => route.path.replaceAll(/\{[^}]+\}/g, '{}'))).size > 1) return undefined
  const known = new Set<string>(matches.map(({ route }) => route.method))
  if (known.has('GET')) known.add('HEAD')
  return [...known].toSorted()
}

async function faultsOf(door: string, requests: readonly (Sent & { readonly statuses: readonly number[] })[]) {
  const faults: string[] = []
  await forEachAtOnce(requests, async ({ statuses, ...sent }) => {
    const fault = faultOf(await send(door, sent), { statuses })
    if (fault !== undefined) faults.push(`${sent.method} ${sent.path.slice(0, 100)}: ${fault}`)
  })
  return faults
}

test('a method that a path does not know is 405 with those it knows, at the gateway and at the service', async () => {
  const paths = Map.groupBy(declaredRoutes, (each) => somePath(each))
  const faults: string[] = []
  let tried = 0
  await forEachAtOnce([...paths], async ([path, [first]]) => {
    if (first === undefined) return
    const own = declaredRoutes.filter(({ service }) => service === first.service)
    for (const [door, routes] of [
      [doorOf(first), declaredRoutes],
      [ownDoorOf(first.service.name), own],
    ] as const) {
      const known = methodsAt(path, routes)
      if (known === undefined) continue
      for (const method of methods.filter((each) => !known.includes(each))) {
        tried += 1
        const answer = await send(door, { method, path, headers: headersFor(method, admin.token), body: '{}' })
        const allow = String(answer.headers['allow']).split(', ').toSorted()
        const fault = faultOf(answer, { statuses: [405] })
        if (fault !== undefined) faults.push(`${method} ${path}: ${fault}`)
        else if (allow.join() !== known.join())
          faults.push(`${method} ${path}: allows ${allow.join()}, not ${known.join()}`)
      }
    }
  })
  expect(faults).toEqual([])
  expect(tried).toBeGreaterThan(300)
})

test.each([...names, 'gateway'])(
  '%s answers what it does not know, and what is no request, with problem details',
  async (name) => {
    const door = ownDoorOf(name)
    const unknown = [
      '/',
      '/nothing',
      '/api',
      '/api/v1',
      '/api/v2/orders',
      '/API/V1/orders',
      '/api/v1/nothing',
      '/health/x',
      '/errors/x',
    ]
    const malformed = ['/%', '/%zz', '/api/v1/%00', '//', '/a//b', `/${'x'.repeat(8_000)}`]
    const requests = ['GET', 'POST', 'DELETE', 'PATCH'].flatMap((method) => [
      ...unknown.map((path) => ({ method, path, statuses: [404], headers: headersFor(method, admin.token) })),
      ...malformed.map((path) => ({ method, path, statuses: [400, 404, 414] })),
    ])
    expect(await faultsOf(door, requests)).toEqual([])
  },
)

const noRequests = [
  'x\r\n\r\n',
  'BREW / HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET /x y HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
  'POST /api/v1/users/guest HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`,
]

test.each([...names, 'gateway'])('%s answers what HTTP cannot read with problem details too', async (name) => {
  const { hostname, port } = new URL(ownDoorOf(name))
  const faults: string[] = []
  await forEachAtOnce(noRequests, async (text) => {
    const answer = await sendRaw(hostname, Number(port), text)
    const [head = ''] = answer.split('\r\n\r\n')
    const body = /\{.*\}/s.exec(answer)?.[0] ?? ''
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]
    const isJson = body.startsWith('{')
    const parsed = {
      status,
      headers: { 'content-type': field('content-type'), connection: field('connection') },
      text: body,
      body: isJson ? JSON.parse(body) : undefined,
    }
    const fault = faultOfProblem(parsed)
    if (fault !== undefined || ![400, 404, 408, 413, 431, 501].includes(status))
      faults.push(`${JSON.stringify(text.slice(0, 60))}: ${fault ?? status}`)
  })
  expect(faults).toEqual([])
})

/** Sends bytes as they are and reads until the other side closes. */
function sendRaw(host: string, port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    let answer = ''
    socket.setEncoding('utf8')
    socket.setTimeout(15_000, () => socket.destroy())
    socket.on('data', (chunk: string) => {
      answer += chunk
      // one that keeps the connection has said all with the end of its JSON, or of its chunks
      if (/\}(\r\n0\r\n\r\n)?$/.test(answer)) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    socket.write(text)
  })
}

test.each(names)(
  '%s: /admin is for those who run the system, and refuses what it does not understand',
  async (name) => {
    const door = ownDoorOf(name)
    const asAdmin = { headers: headersFor('POST', admin.token) }
    const to = (method: string, path: string, statuses: number[], more: object = asAdmin) => ({
      method,
      path: `/admin/${path}`,
      statuses,
      ...more,
    })
    const areas = ['sagas', 'dead-letters', 'outbox', 'tasks', 'events', 'consumer']
    const ids = ['x', '0', '-1', '1.5', '99999999999999999999', '9007199254740991', '%00', '%zz', '__proto__', '%2e%2e']
    const actions = ['retry', 'discard', 'compensate', 'skip', 'unheard']
    const requests = [
      ...areas.map((area) => to('GET', area, [401], {})),
      ...areas.map((area) => to('GET', area, [403], { headers: headersFor('GET', customer.token) })),
      ...areas.flatMap((area) => ['PUT', 'DELETE', 'PATCH'].map((method) => to(method, area, [404, 405]))),
      ...['', 'nothing', '__proto__', 'constructor', '%00', '%zz'].map((path) => to('GET', path, [400, 404])),
      ...['sagas', 'dead-letters', 'tasks'].flatMap((area) =>
        ids.flatMap((id) => [
          to('GET', `${area}/${id}`, [400, 404, 422]),
          ...actions.map((action) =>
            to('POST', `${area}/${id}/${action}`, [400, 404, 422], { ...asAdmin, body: '{"reason":"a"}' }),
          ),
        ]),
      ),
      ...['0', '201', 'x', '1.5', '-1', '1e300'].flatMap((limit) =>
        ['sagas', 'dead-letters', 'tasks'].map((area) => to('GET', `${area}?limit=${limit}`, [422])),
      ),
      ...['state=unheard', 'after=x', 'after=-1.5', 'after=1e300', 'after=99999999999999999999'].map((query) =>
        to('GET', `dead-letters?${query}`, [422]),
      ),
      to('GET', 'dead-letters?state=%00', [400]),
      to('GET', 'sagas?state=unheard', [422]),
      ...['cursor=%00', 'type=%00'].map((query) => to('GET', `sagas?${query}`, [400])),
      // a service that has nothing to do with events has no log
      ...['limit=0', 'from=x', 'cursor=x'].map((query) => to('GET', `events?${query}`, [404, 422])),
      ...['cursor=%00', 'type=%00', 'text=%00', 'subject=%00'].map((query) => to('GET', `events?${query}`, [400])),
      ...ids.map((id) => to('GET', `events/${id}`, [400, 404])),
      ...['', '{', '{"from":1}', '{"from":"x"}', '{"from":"\\u0000"}'].map((body) =>
        to('POST', 'consumer/replay', [400, 404, 422], { ...asAdmin, body }),
      ),
      ...['{', '[]', '1', '', '{"reason":""}', '{"reason":1}', '{"reason":"a\\u0000b"}'].map((body) =>
        to('POST', 'dead-letters/1/discard', [400, 404, 422], { ...asAdmin, body }),
      ),
      ...['dead-letters', 'tasks'].map((area) => to('POST', `${area}/retry/all`, [404])),
      to('POST', 'dead-letters/1/discard', [413], { ...asAdmin, body: ' '.repeat(2 ** 20) }),
    ]
    expect(await faultsOf(door, requests)).toEqual([])
  },
)

test('every code of every catalogue has its page, and every problem leads to it', async () => {
  const codes = services.flatMap(({ errors }) => Object.keys(errors))
  const faults: string[] = []
  await forEachAtOnce([...codes, 'service.failed', 'request.invalid'], async (code) => {
    const { status, text } = await send(system.gatewayUrl, { method: 'GET', path: `/errors/${code}` })
    if (status !== 200 || !text.includes(code)) faults.push(`${code}: ${status}`)
  })
  expect(faults).toEqual([])
})

import { newId } from '@stoa/kernel'
import { connectSocket, eventually } from '@stoa/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'
import { echoUpstream, type EchoUpstream } from './echo-upstream.ts'

let gateway: GatewayUnderTest
let upstream: EchoUpstream

beforeEach(async () => {
  upstream = await echoUpstream()
})

afterEach(async () => {
  await gateway.stop()
  await upstream.stop()
})

const start = async (settings: Record<string, string> = {}) => {
  gateway = await gatewayUnderTest(settings, { support: [upstream.address] })
}
const path = `/api/v1/chat?conversationId=${newId()}`
const as = (token: string) => ({ authorization: `Bearer ${token}` })
const connect = (headers: Record<string, string>, protocols?: string[]) =>
  connectSocket(gateway.url + path, { headers, ...(protocols === undefined ? {} : { protocols }) })

async function ticketOf(token: string): Promise<string[]> {
  const answer = await fetch(`${gateway.url}/api/v1/socket-tickets`, { method: 'POST', headers: as(token) })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { protocols: string[] }).protocols
}

test('passes messages on in both directions, with the token and without what is for the gateway', async () => {
  await start()
  const socket = await connect(as('customer-ada'))
  for (let n = 0; n < 50; n++) socket.send('say', { text: `${n} ${'x'.repeat(n * 100)}` })
  await eventually(async () => expect(socket.received).toHaveLength(50))
  expect(socket.received.map(({ data }) => Number.parseInt(data.text))).toEqual([...Array(50).keys()])
  const [{ headers }] = upstream.requests as unknown as [{ headers: Record<string, string> }]
  expect(headers['authorization']).toBe('Bearer customer-ada')
  expect(headers['x-request-deadline']).toBeUndefined()
  socket.close()
  await eventually(async () => expect(upstream.open()).toBe(0))
  await eventually(async () => expect((await gateway.bulkheads()).at(-1)?.active).toBe(0))
})

test('a page opens a socket with a ticket, once', async () => {
  await start({ CORS_ORIGINS: 'https://shop.example' })
  const protocols = await ticketOf('customer-ada')
  const origin = { origin: 'https://shop.example' }
  const socket = await connect(origin, protocols)
  socket.send('say', {})
  await eventually(async () => expect(socket.received).toHaveLength(1))
  expect(upstream.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer customer-ada',
    'sec-websocket-protocol': 'stoa.v1',
  })
  socket.close()
  await expect(connect(origin, protocols)).rejects.toMatchObject({ status: 401, code: 'auth.token_invalid' })
  await expect(connect(origin, ['stoa.v1', `${protocols[1]}A`])).rejects.toMatchObject({ status: 401 })
  await expect(connect({ origin: 'https://evil.example' }, await ticketOf('customer-ada'))).rejects.toMatchObject({
    status: 403,
    code: 'request.cross_site',
  })
})

test('refuses a handshake like any other request, and counts it', async () => {
  await start({ RATE_LIMIT_SCALE: '1' })
  await expect(connect({})).rejects.toMatchObject({ status: 401, code: 'auth.token_missing' })
  await expect(connect(as('mallory'))).rejects.toMatchObject({ status: 401, code: 'auth.token_invalid' })
  await expect(connect(as('guest-eve'))).rejects.toMatchObject({ status: 403, code: 'auth.permission_missing' })
  const refusals = await Promise.allSettled(Array.from({ length: 120 }, () => connect(as('mallory'))))
  expect(refusals.map(({ reason }: any) => reason.status)).toContain(429)
  expect(upstream.requests).toEqual([])
})

test('an account has at most 20 streams and sockets at once', async () => {
  await start()
  const open = await Promise.all(Array.from({ length: 20 }, () => connect(as('customer-ada'))))
  await expect(connect(as('customer-ada'))).rejects.toMatchObject({ status: 429 })
  await connect(as('customer-bob'))
  open[0]?.close()
  await eventually(async () => {
    const again = await connect(as('customer-ada'))
    expect(again.received).toEqual([])
  })
})

test('forwards the refusal of a service, and asks another instance when one shuts down or is lost', async () => {
  await start()
  upstream.refuse = { status: 404, code: 'support.conversation_not_found' }
  await expect(connect(as('customer-ada'))).rejects.toMatchObject(upstream.refuse)
  await gateway.stop()
  upstream.refuse = { status: 503, code: 'service.draining' }
  const other = await echoUpstream()
  gateway = await gatewayUnderTest({}, { support: [upstream.address, other.address, '127.0.0.1:1'] })
  for (let count = 0; count < 6; count++) await connect(as('customer-ada'))
  expect(other.open()).toBe(6)
  await other.stop()
})

test('a gateway that stops closes its sockets between two frames, with a time to come back after', async () => {
  await start()
  const socket = await connect(as('customer-ada'))
  const quiet = await connect(as('customer-bob'))
  for (let n = 0; n < 20; n++) socket.send('say', { text: 'x'.repeat(10_000) })
  await gateway.stop()
  const ends = await Promise.all([socket.closed, quiet.closed])
  expect(ends).toEqual(
    [expect.anything(), expect.anything()].map(() => ({
      code: 1001,
      reason: expect.stringMatching(/^service\.draining retry-after=[1-4]$/),
    })),
  )
})

test('a request without a handshake is answered by the service', async () => {
  await start()
  upstream.refuse = { status: 426, code: 'request.upgrade_required' }
  const answer = await fetch(gateway.url + path, { headers: as('customer-ada') })
  expect(answer.status).toBe(426)
})

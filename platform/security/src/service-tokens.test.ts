import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isAppError } from '@stoa/kernel'
import { afterEach, expect, test } from 'vitest'
import { createServiceTokens } from './service-tokens.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

interface Seen {
  readonly authorization: string | undefined
  readonly body: string
}

async function tokenEndpoint(answer: (count: number, response: ServerResponse) => void) {
  const seen: Seen[] = []
  const server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      seen.push({ authorization: request.headers.authorization, body })
      answer(seen.length, response)
    })
  })
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token` }
}

const good = (count: number, response: ServerResponse) =>
  response.end(JSON.stringify({ access_token: `token-${count}`, expires_in: 3_600 }))
const bad = (_count: number, response: ServerResponse) => {
  response.statusCode = 503
  response.end('{}')
}

function tokensOf(url: string, timeoutMs = 1_000) {
  let now = Temporal.Instant.from('2026-11-21T10:00:00Z')
  let monotonicMs = 0
  const warnings: string[] = []
  const logger = { warn: (message: string) => warnings.push(message) }
  const tokens = createServiceTokens({
    service: 'order',
    secret: 's3cret:/+',
    tokenUrl: () => url,
    clock: { now: () => now },
    nowMs: () => monotonicMs,
    telemetry: { logger: logger as never },
    timeoutMs,
  })
  const set = (seconds: number) => (now = now.add({ seconds }))
  const pass = (seconds: number) => {
    set(seconds)
    monotonicMs += seconds * 1_000
  }
  return { ...tokens, warnings, pass, set }
}

test('asks with the client’s secret for the callee, once for all callers, and keeps the token', async () => {
  const { seen, url } = await tokenEndpoint(good)
  const { token } = tokensOf(url)
  expect(await Promise.all([token('pricing'), token('pricing'), token('pricing')])).toEqual(Array(3).fill('token-1'))
  expect(await token('pricing')).toBe('token-1')
  expect(await token('inventory')).toBe('token-2')
  expect(seen).toHaveLength(2)
  expect(seen[0]?.body).toBe('grant_type=client_credentials&resource=urn%3Astoa%3Apricing')
  expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('order:s3cret%3A%2F%2B').toString('base64')}`)
})

test('renews after two thirds of the life, behind the caller’s back', async () => {
  const { seen, url } = await tokenEndpoint(good)
  const { token, pass } = tokensOf(url)
  await token('pricing')
  pass(2_399)
  expect(await token('pricing')).toBe('token-1')
  expect(seen).toHaveLength(1)
  pass(1)
  expect(await token('pricing')).toBe('token-1')
  await expect.poll(() => token('pricing')).toBe('token-2')
  expect(seen).toHaveLength(2)
})

test('keeps no token beyond its life when the clock is set back', async () => {
  const { url } = await tokenEndpoint(good)
  const { token, pass, set } = tokensOf(url)
  await token('pricing')
  set(-86_400)
  pass(3_600)
  expect(await token('pricing')).toBe('token-2')
})

test('counts the time that the machine has slept', async () => {
  const { url } = await tokenEndpoint(good)
  const { token, set } = tokensOf(url)
  await token('pricing')
  set(3_600)
  expect(await token('pricing')).toBe('token-2')
})

test('continues with the last good token while auth is unavailable, until it expires', async () => {
  const { url } = await tokenEndpoint((count, response) => (count === 1 ? good : bad)(count, response))
  const { token, pass, warnings } = tokensOf(url, 300)
  await token('pricing')
  pass(2_500)
  expect(await token('pricing')).toBe('token-1')
  await expect.poll(() => warnings.length).toBe(1)
  expect(await token('pricing')).toBe('token-1')
  pass(1_100)
  const refused: unknown = await token('pricing').catch((error: unknown) => error)
  expect(isAppError(refused, 'service.unavailable')).toBe(true)
})

test('retries when the first answer is no token', async () => {
  const { seen, url } = await tokenEndpoint((count, response) => (count < 3 ? bad : good)(count, response))
  expect(await tokensOf(url, 5_000).token('pricing')).toBe('token-3')
  expect(seen).toHaveLength(3)
})

test('forgets a refused token once, however many were refused with it', async () => {
  const { seen, url } = await tokenEndpoint(good)
  const { token, forget } = tokensOf(url)
  expect(await Promise.all([token('pricing'), token('inventory')])).toHaveLength(2)
  const refused = { audience: 'pricing', token: await token('pricing') }
  forget(refused)
  expect(await token('pricing')).toBe('token-3')
  forget(refused)
  expect(await token('pricing')).toBe('token-3')
  await token('inventory')
  expect(seen).toHaveLength(3)
})

test('forgets every token when the keys change, also one that is in progress', async () => {
  const answers: (() => void)[] = []
  const { url } = await tokenEndpoint((count, response) => {
    if (count === 2) answers.push(() => good(count, response))
    else good(count, response)
  })
  const { token, forget } = tokensOf(url)
  await token('pricing')
  const underWay = token('inventory')
  await expect.poll(() => answers.length).toBe(1)
  forget()
  expect(await token('pricing')).toBe('token-3')
  answers[0]?.()
  expect(await underWay).toBe('token-2')
  expect(await token('inventory')).toBe('token-4')
})

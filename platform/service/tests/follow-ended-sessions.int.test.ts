import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@stoa/kernel'
import { expect, onTestFinished, test, vi } from 'vitest'
import { followEndedSessions } from '../src/follow-ended-sessions.ts'

interface AuthOptions {
  readonly issuesTokens?: boolean
  readonly refused?: readonly string[]
}

/** An auth that tells what the test lets it tell. */
async function makeAuth({ issuesTokens = true, refused = [] }: AuthOptions) {
  const asked: string[] = []
  const shown: (string | undefined)[] = []
  let stream: ServerResponse | undefined
  let issued = 0
  const server = createServer((request, response) => {
    if (request.url === '/oauth2/token') {
      if (!issuesTokens) return void response.writeHead(400).end('{"error":"invalid_target"}')
      issued += 1
      const token = { access_token: `token-${issued}`, expires_in: 3_600 }
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token))
    }
    shown.push(request.headers.authorization)
    if (refused.includes(String(request.headers.authorization))) return void response.writeHead(401).end()
    stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    asked.push(`${String(request.url)} ${String(request.headers['last-event-id'])}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    shown,
    tell(event: string, data: object, id?: string) {
      const named = id === undefined ? '' : `id: ${id}\n`
      stream?.write(`${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    cut: () => stream?.destroy(),
  }
}

async function follow(options: AuthOptions = {}) {
  const auth = await makeAuth(options)
  const revoked: string[] = []
  const forget = vi.fn<() => void>()
  const tokens = { forget: vi.fn<() => void>() }
  const revokeSessions = (ids: readonly string[]) => void revoked.push(...ids)
  const knowsEnded = vi.fn<() => void>()
  const quiet = () => {}
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger }
  const client = { service: 'order', secret: 'the-secret-of-order' }
  const verifier = { revokeSessions, forget, knowsEnded }
  onTestFinished(followEndedSessions({ authUrl: auth.url, client, clock: systemClock, verifier, tokens, logger }))
  await expect.poll(() => auth.asked.length).toBe(1)
  return { auth, revoked, forget, tokens, knowsEnded }
}

test('sessions that end are revoked, and after a cut it continues where it was', async () => {
  const { auth, revoked } = await follow()
  expect(auth.asked).toEqual(['/internal/ended-sessions 0'])
  auth.tell('sessions_ended', { sessionIds: ['a', 'b'] }, '7')
  await expect.poll(() => revoked).toEqual(['a', 'b'])
  auth.cut()
  await expect.poll(() => auth.asked.at(-1)).toBe('/internal/ended-sessions 7')
  auth.tell('sessions_ended', { sessionIds: ['c'] }, '8')
  await expect.poll(() => revoked).toEqual(['a', 'b', 'c'])
})

test('what was verified, and what was signed, is forgotten when the keys have changed, and only then', async () => {
  const { auth, revoked, forget, tokens } = await follow()
  auth.tell('signing_keys', { keyIds: ['k1'] })
  auth.tell('sessions_ended', { sessionIds: ['a'] }, '1')
  await expect.poll(() => revoked).toEqual(['a'])
  auth.cut()
  await expect.poll(() => auth.asked.length).toBe(2)
  auth.tell('signing_keys', { keyIds: ['k1'] })
  auth.tell('signing_keys', { keyIds: ['k1', 'k2'] })
  await expect.poll(() => forget).toHaveBeenCalledTimes(1)
  expect(tokens.forget).toHaveBeenCalledExactlyOnceWith()
})

test('what has ended is known once auth has reported all of it, and not before', async () => {
  const { auth, revoked, knowsEnded } = await follow()
  auth.tell('sessions_ended', { sessionIds: ['a'] }, '1')
  await expect.poll(() => revoked).toEqual(['a'])
  expect(knowsEnded).not.toHaveBeenCalled()
  auth.tell('signing_keys', { keyIds: ['k1'] })
  await expect.poll(() => knowsEnded).toHaveBeenCalled()
})

test('the stream is asked for with a token, and with another once the first was refused', async () => {
  const { auth } = await follow({ refused: ['Bearer token-1'] })
  expect(auth.shown).toEqual(['Bearer token-1', 'Bearer token-2'])
  auth.cut()
  await expect.poll(() => auth.shown.at(2)).toBe('Bearer token-2')
})

test('an auth that issues no token for itself is asked without one', async () => {
  const { auth, revoked } = await follow({ issuesTokens: false })
  expect(auth.shown).toEqual([undefined])
  auth.tell('sessions_ended', { sessionIds: ['a'] }, '1')
  await expect.poll(() => revoked).toEqual(['a'])
})

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { followEndedSessions } from '../src/follow-ended-sessions.ts'

/** An auth that tells what the test lets it tell. */
async function makeAuth() {
  const asked: string[] = []
  let stream: ServerResponse | undefined
  const server = createServer((request, response) => {
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
    tell(event: string, data: object, id?: string) {
      const named = id === undefined ? '' : `id: ${id}\n`
      stream?.write(`${named}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    cut: () => stream?.destroy(),
  }
}

async function follow() {
  const auth = await makeAuth()
  const revoked: string[] = []
  const forget = vi.fn<() => void>()
  const tokens = { forget: vi.fn<() => void>() }
  const revokeSessions = (ids: readonly string[]) => void revoked.push(...ids)
  const logger = { debug() {} }
  onTestFinished(followEndedSessions({ authUrl: auth.url, verifier: { revokeSessions, forget }, tokens, logger }))
  await expect.poll(() => auth.asked.length).toBe(1)
  return { auth, revoked, forget, tokens }
}

test('sessions that end are revoked, and after a cut it goes on where it was', async () => {
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

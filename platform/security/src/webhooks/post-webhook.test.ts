import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { postWebhook, type Webhook } from './post-webhook.ts'
import { makeWebhookSecret, verifiedWebhookId } from './signature.ts'

async function receiver(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a-secret-path`
}

const send = (url: string, more: Partial<Webhook> = {}) =>
  postWebhook({
    url,
    secrets: [makeWebhookSecret()],
    id: 'msg_1',
    timestampSeconds: Math.floor(Date.now() / 1_000),
    body: '{"a":"ü"}',
    userAgent: 'test',
    reach: 'this-machine',
    ...more,
  })

test('each secret signs the bytes that are sent', async () => {
  const secrets = [makeWebhookSecret(), makeWebhookSecret()]
  const verified: unknown[] = []
  const url = await receiver((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signed = { headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) }
      for (const secret of [...secrets, makeWebhookSecret()])
        verified.push(verifiedWebhookId(secret, { ...signed, now: Temporal.Now.instant() }))
      response.writeHead(202).end()
    })
  })
  expect(await send(url, { secrets })).toMatchObject({ status: 202, responseMs: expect.any(Number) })
  expect(verified).toEqual(['msg_1', 'msg_1', undefined])
})

test('a body without an end is not read, and its connection is closed', async () => {
  const closed = Promise.withResolvers<void>()
  const url = await receiver((_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(1_000)), 5)
    response.on('close', () => {
      clearInterval(timer)
      closed.resolve()
    })
    response.writeHead(200)
  })
  expect(await send(url)).toMatchObject({ status: 200 })
  await closed.promise
})

test('a receiver that switches protocols has not responded', async () => {
  const url = await receiver((request) => {
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')
  })
  await expect(send(url)).rejects.toThrow('closed the connection without a response')
})

test('a receiver that does not respond in time is left, without its URL in the message', async () => {
  const url = await receiver(() => {})
  const failure = await send(url, { timeoutMs: 50 }).catch((error: unknown) => String(error))
  expect(failure).toContain('did not respond within 50 ms')
  expect(failure).not.toContain('secret')
})

test('a host that may not be reached gets no connection', async () => {
  let connections = 0
  const url = await receiver(() => {
    connections += 1
  })
  await expect(send(url, { reach: 'internet' })).rejects.toThrow('not on the Internet')
  await expect(send(url.replace('127.0.0.1', 'localhost'), { reach: 'internet' })).rejects.toThrow(
    'not on the Internet',
  )
  expect(connections).toBe(0)
})

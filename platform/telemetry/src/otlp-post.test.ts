import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { makeOtlpPost } from './otlp-post.ts'

test('a collector that switches protocols has rejected the batch', async () => {
  const server = createServer((request) => {
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')
  }).listen(0, '127.0.0.1')
  const collector = await once(server, 'listening').then(() =>
    makeOtlpPost(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, {}),
  )
  onTestFinished(() => {
    collector.close()
    server.close()
  })
  await expect(collector.send('{}')).rejects.toThrow('rejected the batch with status 101')
})

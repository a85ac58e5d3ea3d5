import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { askRegistry } from './registry-request.ts'

test('a registry that switches protocols does not respond', async () => {
  const server = createServer((request) => {
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const registryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked = askRegistry({ registryUrl }, { method: 'GET', path: '/instances' })
  await expect(asked).rejects.toThrow('without a response')
})

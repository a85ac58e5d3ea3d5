import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { isWell } from './probe.ts'

/** A server that does this with every connection. */
async function server(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const listening = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/health/ready`
}

test('an instance that answers with 200 is well, one that answers with 503 is not', async () => {
  const answering = (status: string) =>
    server((socket) => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`))
  expect(await isWell(await answering('200 OK'))).toBe(true)
  expect(await isWell(await answering('503 Service Unavailable'))).toBe(false)
})

test.each([
  ['is silent', () => {}],
  [
    'sends its header byte by byte',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      const timer = setInterval(() => socket.write('x'), 50)
      socket.on('close', () => clearInterval(timer))
    },
  ],
])('an instance that %s is not well at the limit', async (_what, onConnection) => {
  expect(await isWell(await server(onConnection), 300)).toBe(false)
})

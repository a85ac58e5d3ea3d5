import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLink, type Link } from './link.ts'

const host = '127.0.0.2'
const echo = createServer((socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
let link: Link
let port: number

beforeEach(async () => {
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  port = (echo.address() as AddressInfo).port
  link = await openLink({ host, port })
})

afterEach(async () => {
  await link.close()
  echo.close()
  await once(echo, 'close')
})

async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return answer.toString()
}

async function open(): Promise<Socket> {
  const socket = connect(port, host)
  await once(socket, 'connect')
  return socket
}

test('carries both ways', async () => {
  const socket = await open()
  expect(await say(socket, 'hello')).toBe('hello')
  socket.destroy()
})

test('holds back what is said on a mute link until it clears up', async () => {
  const socket = await open()
  expect(await say(socket, 'before')).toBe('before')
  link.weather.change({ state: 'mute' })
  let heard = ''
  socket.on('data', (piece: Buffer) => (heard += piece.toString()))
  socket.write('during')
  const other = await open()
  other.write('x')
  await Promise.race([
    once(other, 'data').then(() => Promise.reject(new Error('it was heard'))),
    new Promise((resolve) => setTimeout(resolve, 50)),
  ])
  expect(heard).toBe('')
  const answered = once(socket, 'data')
  link.weather.change({})
  await answered
  expect(heard).toBe('during')
  socket.destroy()
  other.destroy()
})

test('resets what stands when it is cut, and takes nobody new', async () => {
  const socket = await open()
  expect(await say(socket, 'hello')).toBe('hello')
  const lost = once(socket, 'error')
  link.weather.change({ state: 'refused' })
  expect(await lost).toMatchObject([{ code: 'ECONNRESET' }])
  const next = connect(port, host)
  expect(await once(next, 'error')).toMatchObject([{ code: 'ECONNRESET' }])
})

test('takes the time that latency and bandwidth ask for', async () => {
  const socket = await open()
  link.weather.change({ latencyMs: 30 })
  const startedAt = performance.now()
  await say(socket, 'slow')
  expect(performance.now() - startedAt).toBeGreaterThan(55)
  socket.destroy()
})

import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@stoa/testing'
import { expect, onTestFinished, test } from 'vitest'
import { makeBroker, type Broker } from '../src/amqp/broker.ts'

const connection = 10
const methods = { start: 10, tune: 30, open: 40, openOk: 41 } as const

/** A frame with a method of the class connection (AMQP 0-9-1, 4.2.3). */
function frame(method: number, ...args: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([int(connection, 2), int(method, 2), ...args])
  return Buffer.concat([int(1, 1), int(0, 2), int(payload.length, 4), payload, int(0xce, 1)])
}

function int(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

function longText(text: string): Buffer {
  return Buffer.concat([int(text.length, 4), Buffer.from(text)])
}

/** A broker of whose first frame bytes come one by one until the client has given up, and then everything at once. */
async function beSlow(socket: Socket, hasGivenUp: () => boolean): Promise<void> {
  await once(socket, 'data')
  const start = frame(methods.start, int(0, 1), int(9, 1), int(0, 4), longText('PLAIN'), longText('x'.repeat(100_000)))
  let sent = 0
  while (!hasGivenUp()) {
    socket.write(start.subarray(sent, (sent += 1)))
    await delay(10)
  }
  socket.write(start.subarray(sent))
  socket.write(frame(methods.tune, int(0, 2), int(131_072, 4), int(0, 2)))
  const open = Buffer.concat([int(connection, 2), int(methods.open, 2)])
  while (!((await once(socket, 'data')) as [Buffer])[0].includes(open));
  socket.write(frame(methods.openOk, int(0, 1)))
}

test('a connection that opens after it was given up is closed', async () => {
  const ends: string[] = []
  const brokers: Broker[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (ends.push('open') > 1) return void socket.destroy()
    socket.once('close', () => (ends[0] = 'closed'))
    void beSlow(socket, () => brokers.some((each) => each.trouble()?.includes('no response within') === true))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const broker = makeBroker({
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    exchange: 'stoa.events',
    connectionName: 'test',
    connectTimeoutMs: 1_000,
    longestPauseMs: 3_600_000,
    onUnroutable() {},
    onTrouble() {},
  })
  brokers.push(broker)
  onTestFinished(async () => {
    await broker.close()
    server.close()
  })
  broker.start()
  await eventually(async () => expect(ends[0]).toBe('closed'))
})

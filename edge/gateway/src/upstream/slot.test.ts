import { EventEmitter } from 'node:events'
import { bulkhead } from '@stoa/resilience'
import { expect, test } from 'vitest'
import { takeSlot } from './slot.ts'

class Client extends EventEmitter {
  destroyed = false

  leave(): void {
    this.destroyed = true
    this.emit('close')
  }
}

const slots = () => bulkhead({ name: 'order', maxConcurrent: 1, maxWaiting: 1 })
const inAMinute = () => Date.now() + 60_000
const counts = (of: ReturnType<typeof slots>) => [of.snapshot().active, of.snapshot().waiting]

test('a slot is given back once, by the call or by the client that leaves', () => {
  const order = slots()
  const client = new Client()
  const slot = takeSlot(order, client, inAMinute())
  expect([slot.entered, counts(order)]).toEqual([undefined, [1, 0]])
  slot.release()
  client.leave()
  slot.release()
  expect(counts(order)).toEqual([0, 0])
})

test('a client that has left takes none', () => {
  const order = slots()
  const client = new Client()
  client.leave()
  expect(() => takeSlot(order, client, inAMinute())).toThrow('disconnected')
  expect(counts(order)).toEqual([0, 0])
})

test('a client that leaves right after its turn came gives the slot back', async () => {
  const order = slots()
  const first = takeSlot(order, new Client(), inAMinute())
  const client = new Client()
  const second = takeSlot(order, client, inAMinute())
  first.release()
  client.leave()
  await second.entered
  expect(counts(order)).toEqual([0, 0])
})

test('the queue is left by a client that goes, by release, and at the deadline with 503', async () => {
  const order = slots()
  takeSlot(order, new Client(), inAMinute())
  const client = new Client()
  const gone = takeSlot(order, client, inAMinute())
  client.leave()
  await expect(gone.entered).rejects.toThrow('disconnected')
  const released = takeSlot(order, new Client(), inAMinute())
  released.release()
  await expect(released.entered).rejects.toThrow('disconnected')
  await expect(takeSlot(order, new Client(), Date.now()).entered).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'service.saturated',
  })
  expect(counts(order)).toEqual([1, 0])
})

test('a full queue refuses at once', () => {
  const order = slots()
  takeSlot(order, new Client(), inAMinute())
  takeSlot(order, new Client(), inAMinute()).entered?.catch(() => {})
  expect(() => takeSlot(order, new Client(), inAMinute())).toThrow(order.refusal().message)
})

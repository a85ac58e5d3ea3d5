import { expect, test } from 'vitest'
import { eventQueue } from './event-queue.ts'

function queueOf() {
  const seen: string[] = []
  const queue = eventQueue({ onEmpty: () => seen.push('empty'), onOver: () => seen.push('over') })
  return { queue, seen }
}

async function all(events: AsyncGenerator<unknown>): Promise<unknown[]> {
  const taken: unknown[] = []
  for await (const event of events) taken.push(event)
  return taken
}

test('hands out events in their order, also those that wait when the stream ends', async () => {
  const { queue, seen } = queueOf()
  const taken = all(queue.events())
  queue.write('data: 1\n\nda')
  queue.write('ta: {"a":2}\n\n')
  queue.end()
  expect(await taken).toEqual([1, { a: 2 }])
  expect(queue.isOver()).toBe(true)
  expect(seen).toContain('over')
})

test('lets the writer pause while a hundred events wait, and says when they are taken', async () => {
  const { queue, seen } = queueOf()
  const written = Array.from({ length: 100 }, (_, index) => queue.write(`data: ${index}\n\n`))
  expect([written[98], written[99]]).toEqual([true, false])
  const events = queue.events()
  for (let index = 0; index < 99; index += 1) await events.next()
  expect(seen).toEqual([])
  await events.next()
  expect(seen).toEqual(['empty'])
})

test('ends with the error of the stream, and with its reader', async () => {
  const failed = queueOf().queue
  failed.end(new Error('lost'))
  await expect(failed.events().next()).rejects.toThrow('lost')
  const { queue, seen } = queueOf()
  const events = queue.events()
  queue.write('data: 1\n\n')
  await events.next()
  await events.return()
  expect([queue.isOver(), seen]).toEqual([true, ['empty', 'over']])
})

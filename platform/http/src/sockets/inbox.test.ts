import { expect, test } from 'vitest'
import { makeInbox } from './inbox.ts'

test('drops what waits of a sender that may send no more', async () => {
  const inbox = makeInbox<number>({ pause() {}, resume() {} })
  inbox.push(1)
  inbox.end({ isDropped: true })
  expect(await Array.fromAsync(inbox.messages)).toEqual([])
})

test('pauses the sender while many messages wait, and reads the rest at the end', async () => {
  const calls: string[] = []
  const inbox = makeInbox<number>({ pause: () => calls.push('pause'), resume: () => calls.push('resume'), most: 4 })
  for (const n of [1, 2, 3, 4, 5]) inbox.push(n)
  expect(calls).toEqual(['pause'])
  const seen: number[] = []
  const reading = (async () => {
    for await (const n of inbox.messages) seen.push(n)
  })()
  await expect.poll(() => seen.length).toBe(5)
  expect(calls).toEqual(['pause', 'resume'])
  inbox.push(6)
  inbox.end()
  inbox.push(7)
  await reading
  expect(seen).toEqual([1, 2, 3, 4, 5, 6])
})

import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { receiveBody } from './receive-body.ts'

const idleMs = 20
const sizeBytes = 1_048_576

test.each([1, 4])('a sender of %d chunks that waits for the store is not silent', async (chunks) => {
  const body = new PassThrough()
  const { bytes } = receiveBody(body, { mediaType: 'text/plain', sizeBytes }, idleMs)
  for (let sent = 0; sent < chunks; sent += 1) body.write(Buffer.alloc(sizeBytes / chunks, 'a'))
  body.end()
  await delay(5 * idleMs)
  expect(await buffer(bytes)).toHaveLength(sizeBytes)
})

test('a silent sender is', async () => {
  const body = new PassThrough()
  const { bytes } = receiveBody(body, { mediaType: 'text/plain', sizeBytes }, idleMs)
  body.write('abc')
  await expect(buffer(bytes)).rejects.toMatchObject({ code: 'request.stalled' })
})

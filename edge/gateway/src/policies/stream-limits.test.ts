import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { makeStreamLimits } from './stream-limits.ts'

const clientThat = (destroyed: boolean) => Object.assign(new EventEmitter(), { destroyed }) as never

test('a client that has disconnected before its turn takes no place', () => {
  const limits = makeStreamLimits({ total: 2, perClient: 1 })
  expect(() => limits.take('ada', clientThat(true))).toThrow('disconnected')
  expect(limits.snapshot().active).toBe(0)
  const slot = limits.take('ada', clientThat(false))
  expect(() => limits.take('ada', clientThat(false))).toThrow('At most 1 streams')
  slot.release()
  slot.release()
  expect(limits.snapshot().active).toBe(0)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currentVersionOf, upcast } from './event-types.ts'

const typesUpTo = (version: number) => ({
  added: {
    version,
    upcasts: Object.fromEntries(
      Array.from({ length: version - 1 }, (_, index) => [
        index + 1,
        (data: { steps: number[] }) => ({ steps: [...data.steps, index + 1] }),
      ]),
    ),
  },
})

test('an event of any version goes through each later step once, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 11 }), (current, behind) => {
      const version = Math.max(1, current - behind)
      const steps = Array.from({ length: current - version }, (_, index) => version + index)
      expect(upcast(typesUpTo(current), 'added', version, { steps: [] })).toEqual({ steps })
    }),
  )
})

test('refuses an event of a newer release, of an unknown type, and one without a step', () => {
  expect(() => upcast(typesUpTo(2), 'added', 3, {})).toThrow('added has version 3, this release knows 2')
  expect(() => upcast(typesUpTo(2), 'removed', 1, {})).toThrow('there is no event type removed')
  expect(() => upcast({ added: { version: 2 } }, 'added', 1, {})).toThrow('there is no step from version 1 of added')
  expect(currentVersionOf({ added: {} }, 'added')).toBe(1)
})

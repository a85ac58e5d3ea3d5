import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from './pages.ts'

const Place = Type.Object({ after: Type.String(), at: Type.Integer() })

test('a cursor brings its place back', () => {
  expect(decodeCursor(Place, encodeCursor({ after: 'ü', at: 3 }))).toEqual({ after: 'ü', at: 3 })
})

test.each(['', 'rubbish', encodeCursor({ after: 'x' }), encodeCursor(null), encodeCursor({ after: 'a\0', at: 1 })])(
  'refuses the cursor %j',
  (cursor) => {
    expect(() => decodeCursor(Place, cursor)).toThrow(
      expect.objectContaining({
        code: 'request.invalid',
        fields: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
      }) as Error,
    )
  },
)

test('one row too many makes a next page', () => {
  const page = pageOf([1, 2, 3], 2, (last) => last)
  expect(page).toEqual({ items: [1, 2], nextCursor: encodeCursor(2) })
  expect(pageOf([1, 2], 2, (last) => last)).toEqual({ items: [1, 2] })
  expect(pageOf([], 2, (last) => last)).toEqual({ items: [] })
})

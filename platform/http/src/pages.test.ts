import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, readPage, readPageById } from './pages.ts'

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

const numbers = (query: { readonly limit?: number; readonly cursor?: string }, of: readonly number[]) =>
  readPage(
    query,
    Type.Integer(),
    async (after = 0, limit) => of.filter((each) => each > after).slice(0, limit),
    (last) => last,
  )

test('a list is read page by page, and ends', async () => {
  const page = await numbers({ limit: 2 }, [1, 2, 3])
  expect(page).toEqual({ items: [1, 2], nextCursor: encodeCursor(2) })
  expect(await numbers({ limit: 2, cursor: page.nextCursor as string }, [1, 2, 3])).toEqual({ items: [3] })
  expect(await numbers({ limit: 2 }, [1, 2])).toEqual({ items: [1, 2] })
  expect(await numbers({ limit: 2 }, [])).toEqual({ items: [] })
})

test('a page has 50 items by default', async () => {
  const all = Array.from({ length: 60 }, (_, index) => index + 1)
  expect((await numbers({}, all)).items).toEqual(all.slice(0, 50))
})

test('a list of resources continues after their ids', async () => {
  const rows = ['0', '1', '2'].map((end) => ({ id: `00000000-0000-0000-0000-00000000000${end}` }))
  const read = async (after = '', limit: number) => rows.filter(({ id }) => id > after).slice(0, limit)
  const { items, nextCursor } = await readPageById({ limit: 2 }, read)
  expect(items).toEqual(rows.slice(0, 2))
  expect(await readPageById({ limit: 2, cursor: nextCursor }, read)).toEqual({ items: rows.slice(2) })
  await expect(readPageById({ cursor: encodeCursor('1') }, read)).rejects.toMatchObject({ code: 'request.invalid' })
})

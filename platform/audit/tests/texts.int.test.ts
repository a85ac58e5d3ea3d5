import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { appendAudit, makeTally } from '../src/index.ts'
import { searchAudit } from '../src/search.ts'
import { facts, startAudit } from './audit-app.ts'

const long = randomBytes(4_000).toString('hex')

test.each([
  ['a NUL', 'a\u0000b', 'a\ufffdb'],
  ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ['more than an index can hold', long, long.slice(0, 500)],
])('an entry with %s gets its place in the chain, and stops no other', async (_what, text, shown) => {
  const { database, source, record, seal, verify, advance } = await startAudit()
  const given = {
    ...facts,
    target: text,
    client: text,
    session: text,
    persons: [text],
    details: { text, [text]: text },
  }
  await database.transaction(async (tx) => appendAudit(tx, source, given))
  await makeTally(database, source).record(given)
  await record('shop.close')
  advance(1)
  expect(await seal()).toBe(3)
  expect(await verify()).toMatchObject({ rows: 3, faults: [] })
  const found = await searchAudit(database.read, { limit: 10 })
  expect(found).toContainEqual(expect.objectContaining({ target: shown, persons: [shown] }))
  expect(JSON.stringify(found).length).toBeLessThan(10_000)
})

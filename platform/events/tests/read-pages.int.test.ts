import { randomUUID } from 'node:crypto'
import { newId } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { longestCursor } from '../src/endpoints.ts'
import { logMigrations, openEventLog, type EventLog } from '../src/index.ts'
import { parcelPacked } from './shop.ts'

let own: TestDatabase
let log: EventLog

beforeAll(async () => {
  own = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: own.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  await own.close()
})

/** Appends an event to each partition key, in a topic of its own. */
async function appendTo(topic: string, keys: readonly string[]): Promise<string[]> {
  const type = `${parcelPacked.type}-${topic}`
  await log.declare(topic, [{ ...parcelPacked, type }])
  const records = keys.map((key) => ({ id: newId(), type, key, event: JSON.stringify({ subject: key }) }))
  for (const record of records) await log.append({ topic, records: [record] })
  return records.map(({ id }) => id)
}

async function readInPages(topic: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  let page = await log.read({ topics: [topic], limit })
  while (page.events.length > 0) {
    ids.push(...page.events.map(({ id }) => id))
    page = await log.read({ topics: [topic], limit, from: { cursor: page.cursor } })
  }
  return ids
}

test('pages leave nothing out, also where the clock was set back between two appends', async () => {
  const topic = `${randomUUID()}.events`
  const ids = await appendTo(topic, ['same', 'same', 'other', 'other'])
  await own.database.transaction(
    ({ sql }) =>
      sql`update event_log set appended_at = appended_at - interval '1 hour' where event_id = ${ids[1]}::uuid`,
  )
  expect((await readInPages(topic, 2)).toSorted()).toEqual(ids.toSorted())
})

test('a page over many topics with many partitions is followed by the next one', async () => {
  const topics = Array.from({ length: 12 }, (_, index) => `${index}-${randomUUID()}.events`)
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
  for (const topic of topics) await appendTo(topic, keys)
  const page = await log.read({ from: 'last', limit: 1 })
  const [last] = await appendTo(topics[0] ?? '', ['more'])
  const next = await log.read({ from: { cursor: page.cursor } })
  expect(next.events.map(({ id }) => id)).toEqual([last])
  expect(page.cursor.length).toBeLessThan(longestCursor)
})

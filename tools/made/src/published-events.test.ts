import { join } from 'node:path'
import { describeService, errors, event, type EventType } from '@stoa/contract'
import { Type, type TProperties } from 'typebox'
import { expect, test } from 'vitest'
import { root } from './made-files.ts'
import { publishedEvents } from './published-events.ts'

const fixtures = join(root, 'tools/made/fixtures')
const snapshot = 'contracts/parcel/published/parcel.sent.v1.json'

const published = { parcelId: Type.String(), carrier: Type.Enum(['post', 'courier']) }
const lost = event('parcel.lost', '1.1.0', Type.Object(published))

const sent = (version: `${number}.${number}.${number}`, data: TProperties) =>
  event('parcel.sent', version, Type.Object(data))

function publish(...events: EventType[]) {
  const parcel = describeService({
    name: 'parcel',
    port: 8099,
    owner: 'logistics',
    slo: { availability: 0.9995, p99Ms: 100, errorRate: 0.0001 },
    errors: errors({}),
    operations: {},
    publishes: Object.fromEntries(events.map((each, index) => [String(index), each])),
    personalData: 'none',
  })
  return publishedEvents(fixtures, [parcel])
}

const stale = async (...events: EventType[]) => {
  const { files, problems } = await publish(...events)
  return { paths: files.flatMap(({ path, before, after }) => (before === after ? [] : [path])), problems }
}

test('keeps the snapshot of an event that has not changed', async () => {
  expect(await stale(lost, sent('1.1.0', published))).toEqual({ paths: [], problems: [] })
})

test('refuses to remove a property within a major version, and does not make the snapshot again', async () => {
  const { files, problems } = await publish(lost, sent('1.2.0', { parcelId: Type.String() }))
  expect(problems).toEqual([
    'parcel: parcel.sent 1.2.0: /properties/carrier was removed; make it version 2.0.0, or keep what was published',
  ])
  expect(files.map(({ path }) => path)).not.toContain(snapshot)
})

test('accepts an addition as the next minor version, and nothing less', async () => {
  const data = { ...published, note: Type.Optional(Type.String()) }
  expect(await stale(lost, sent('1.2.0', data))).toEqual({ paths: [snapshot], problems: [] })
  expect(await stale(lost, sent('1.1.1', data))).toEqual({
    paths: [],
    problems: ['parcel: parcel.sent 1.1.1: /properties/note differs from what was published; make it version 1.2.0'],
  })
})

test('refuses a lower version than the published one', async () => {
  expect((await stale(lost, sent('1.0.0', published))).problems).toEqual([
    'parcel: parcel.sent 1.0.0: version 1.1.0 was published; do not lower it',
  ])
})

test('gives version 2 a snapshot of its own, with or without version 1 beside it', async () => {
  const second = sent('2.0.0', { parcelId: Type.Integer() })
  const made = { paths: ['contracts/parcel/published/parcel.sent.v2.json'], problems: [] }
  expect(await stale(lost, second)).toEqual(made)
  expect(await stale(lost, sent('1.1.0', published), second)).toEqual(made)
})

test('reports an event that is no longer published', async () => {
  expect((await stale(sent('1.1.0', published))).problems).toEqual([
    'contracts/parcel/published/parcel.lost.v1.json: no longer published; declare the event again, or delete the file when nothing consumes the event',
  ])
})

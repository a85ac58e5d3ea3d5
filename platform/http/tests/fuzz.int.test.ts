import { testDatabase, type TestDatabase } from '@stoa/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKey, send, type Sent } from './client.ts'
import { parcelContract } from './parcel-contract.ts'
import { parcelMigrations, startParcels, type Started } from './parcel-service.ts'

let db: TestDatabase
let parcels: Started

beforeAll(async () => {
  db = await testDatabase({ sets: parcelMigrations, name: 'http-fuzz' })
  parcels = await startParcels(db.database)
})

afterAll(async () => {
  await parcels?.close()
  await db?.close()
})

const nastyTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '__proto__',
    '%',
    "'; drop table parcels; --",
    '0190b6f0-0000-7000-8000-000000000000',
    '1e309',
    '-0',
    '٣',
  ),
)
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 31, 2 ** 53 + 2, 1e300, -1),
)
const leaves = fc.oneof(nastyTexts, numbers, fc.boolean(), fc.constant(null))
const values = fc.oneof(
  { weight: 3, arbitrary: leaves },
  fc.array(leaves, { maxLength: 4 }),
  fc.dictionary(nastyTexts, leaves, { maxKeys: 3 }),
)
const bodies = fc.oneof(
  fc.record(
    { label: values, weight: values, tags: fc.oneof(values, fc.array(fc.record({ name: leaves }))) },
    { requiredKeys: [] },
  ),
  values,
)
const rawBodies = fc.oneof(
  bodies.map((body) => JSON.stringify(body) ?? 'null'),
  bodies.map((body) => (JSON.stringify(body) ?? 'null').slice(0, -1)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
)
// Whatever Node's client sends at all: the rest is Node's own parser's to refuse.
const addressParts = fc
  .oneof(
    nastyTexts.map((text) => encodeURIComponent(text.toWellFormed())),
    fc.string({ unit: fc.constantFrom(...'%0zA/.;:@=&+~*('.split(''), '%00', '%ff', '%2e%2e', '..'), maxLength: 12 }),
    numbers.map(String),
  )
  .map((part) => part.replaceAll(/[?#]/g, ''))
const queries = fc
  .array(fc.tuple(fc.constantFrom('limit', 'cursor', 'status', 'isHeavy', 'weight', '__proto__', 'x'), addressParts), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))
const headers = fc.record(
  {
    'if-match': fc.constantFrom('"1"', '*', 'W/"1"', 'x', '"999999999999"', '"a"', '""'),
    'if-none-match': fc.constantFrom('"1"', '*', '""', ',', 'W/"x"'),
    'idempotency-key': fc.string({ minLength: 1, maxLength: 8 }).map((key) => key.replaceAll(/[^\x20-\x7e]/g, 'x')),
    prefer: fc.constantFrom('wait=0', 'wait=x', 'respond-async', 'wait="0"', ';;,,'),
    'content-type': fc.constantFrom(
      'application/json',
      'application/merge-patch+json',
      'text/plain',
      'application/json;;',
      '/',
    ),
    'x-request-deadline': fc.constantFrom('0', 'x', '99999999999999', '-1'),
    'x-request-id': nastyTexts.map((text) => text.replaceAll(/[^\x20-\x7e]/g, 'x')),
    traceparent: fc.constantFrom('00-x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, ''),
    'last-event-id': fc.constantFrom('x', '-1', '1'),
  },
  { requiredKeys: [] },
)
const routes = Object.values(parcelContract.operations).filter(({ kind }) => kind !== 'mount') as {
  method: string
  path: string
}[]

/** Mostly what gets past the door: most requests are to reach a handler, and the database. */
const mostly = <T>(usual: T, others: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, others)
const mighty = 'ada+parcel:read:any+parcel:send:any+ops'
const existing = '0190b6f0-0000-7000-8000-000000000000'

const requests: fc.Arbitrary<{ path: string; sent: Sent }> = fc
  .record({
    route: fc.constantFrom(...routes),
    part: fc.oneof(fc.constant(existing), addressParts),
    query: queries,
    raw: fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }).map((label) => JSON.stringify({ label })),
      rawBodies,
    ),
    headers: mostly({}, headers),
    who: mostly(mighty, fc.constantFrom('bob', 'expired', 'nobody-')),
  })
  .map(({ route, part, query, raw, headers: more, who }) => {
    const path = `${route.path.replaceAll('{how}', 'fine').replaceAll(/\{[^}]+\}/g, part)}${query === '' ? '' : `?${query}`}`
    const media = route.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const always = { authorization: `Bearer ${who}`, 'content-type': media, 'if-match': '*', ...newKey(), ...more }
    return { path, sent: { method: route.method, headers: always, ...(route.method === 'GET' ? {} : { raw }) } }
  })

test('no input makes a failure of the service', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ path, sent }) => {
      await db.database.transaction(
        ({ sql }) => sql`insert into parcels (id, label, weight, status, owner_id)
          values (${existing}, 'there', 1, 'pending', 'ada') on conflict do nothing`,
      )
      const answer = await send(parcels.url, path, sent)
      expect(answer.status, `${sent.method} ${path}: ${answer.text}`).not.toBe(500)
      const isProblem =
        answer.headers['content-type'] === 'application/problem+json' && answer.body.status === answer.status
      expect(isProblem, `${answer.status} ${answer.text}`).toBe(answer.status >= 400)
    }),
    { numRuns: 1_500 },
  )
})

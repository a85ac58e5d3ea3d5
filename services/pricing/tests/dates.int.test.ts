import { newId } from '@stoa/kernel'
import { migrate } from '@stoa/postgres'
import { migrationsOf } from '@stoa/service'
import { testDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pricingService } from '../src/service.ts'
import { listPriceLists } from '../src/store/price-lists.ts'
import { listPromotions } from '../src/store/promotions.ts'
import { manager, startPricing, type PricingApp } from './pricing-app.ts'

let app: PricingApp
beforeAll(async () => {
  app = await startPricing()
})
afterAll(() => app?.service.stop())

const request = (method: string, path: string, body?: object) =>
  app.service.request(method, `/api/v1/pricing/${path}`, { as: manager, ...(body === undefined ? {} : { body }) })
const list = (more: object) => ({ name: `list ${newId()}`, currency: 'EUR', taxInclusive: true, ...more })
const promotion = (more: object) => ({
  name: 'P',
  effect: { kind: 'percentage', basisPoints: 1_000 },
  couponCode: `C-${newId().toUpperCase()}`,
  isStackable: true,
  priority: 10,
  isActive: true,
  ...more,
})

test.each([
  ['validUntil', '9999-12-31T23:59:59.9999999Z'],
  ['validUntil', '9999-12-31T23:59:59-05:00'],
  ['validFrom', '2026-01-01T00:00:00+16:00'],
  ['validFrom', '0001-01-01T00:00:00+14:00'],
])('refuses %s %s with its place, and writes nothing', async (field, text) => {
  for (const [path, body] of [
    ['price-lists', list({ [field]: text })],
    ['promotions', promotion({ [field]: text })],
  ] as const) {
    const before = (await request('GET', `${path}?limit=200`)).body.items.length
    const { status, body: problem } = await request('POST', path, body)
    expect([status, problem.errors?.[0].pointer]).toEqual([422, `/${field}`])
    expect((await request('GET', `${path}?limit=200`)).body.items).toHaveLength(before)
  }
})

test('takes every other time, and gives back the same one in UTC', async () => {
  const given = { validFrom: '0001-01-01T00:00:00Z', validUntil: '9999-12-31T23:59:59.999999Z' }
  expect((await request('POST', 'price-lists', list(given))).body).toMatchObject(given)
  expect((await request('POST', 'promotions', promotion(given))).body).toMatchObject(given)
  const offset = { validFrom: '2026-01-01T00:00:00+15:59', validUntil: '9999-12-30T23:59:59-15:59' }
  const utc = { validFrom: '2025-12-31T08:01:00Z', validUntil: '9999-12-31T15:58:59Z' }
  expect((await request('POST', 'promotions', promotion(offset))).body).toMatchObject(utc)
  const never = await request('POST', 'promotions', promotion({ validFrom: '9999-12-31T00:00:00Z' }))
  expect(never.status).toBe(201)
})

test('dates that were stored before there were bounds are brought into them', async () => {
  const sets = await migrationsOf(pricingService)
  const ofBefore = sets.map(({ name, migrations }) => ({
    name,
    migrations: name === 'pricing' ? migrations.filter((each) => each.name < '0005') : migrations,
  }))
  const db = await testDatabase({ sets: ofBefore, name: 'pricing-dates' })
  try {
    const [from, until] = ['0044-01-01Z BC', 'infinity']
    await db.database.transaction(async (tx) => {
      await tx.sql`insert into price_lists (id, name, currency, tax_inclusive, valid_from, valid_until)
        values (${newId()}, 'far', 'EUR', true, ${from}, '10000-01-01Z'), (${newId()}, 'none', 'EUR', true, null, null)`
      await tx.sql`insert into promotions (id, name, effect, is_stackable, priority, is_active, valid_from, valid_until)
        values (${newId()}, 'far', '{}', true, 1, true, ${from}, ${until})`
    })
    await migrate(db.url, sets)
    const bounds = { validFrom: '0001-01-01T00:00:00Z', validUntil: '9999-12-31T23:59:59.999999Z' }
    const lists = await listPriceLists(db.database.read, undefined, 9)
    expect(lists.find(({ name }) => name === 'far')).toMatchObject(bounds)
    expect(lists.find(({ name }) => name === 'none')).not.toHaveProperty('validFrom')
    expect(await listPromotions(db.database.read, undefined, 9)).toMatchObject([bounds])
    const far = db.database.transaction((tx) => tx.sql`update promotions set valid_until = '10000-01-01Z'`)
    await expect(far).rejects.toThrow('violates check constraint')
  } finally {
    await db.close()
  }
})

import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { ask, eventually, signIn } from './shop.ts'

let staff: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

async function find(query: string) {
  const { status, body } = await ask('GET', `/api/v1/search?${query}`)
  expect([status, body]).toEqual([200, body])
  return body
}
const namesOf = (result: { items: readonly { name: string }[] }) => result.items.map(({ name }) => name)

test('anyone finds the products of the seed, with prices, facets and corrections', async () => {
  await eventually(async () => expect(namesOf(await find('q=sencha%20fukujyu'))).toEqual(['Sencha Fukujyu']))
  const green = await find('q=green&facets=category&facets=price&filter=category:tea&sort=price&limit=5')
  expect(green.items).toHaveLength(5)
  expect(green.total).toBeGreaterThan(5)
  expect(green.facets.category.map(({ value }: { value: string }) => value)).toContain('tea/green')
  const amounts = green.items.map(({ price }: { price: { amount: number } }) => price.amount)
  expect(amounts).toEqual(amounts.toSorted((left: number, right: number) => left - right))
  const next = await find(`q=green&filter=category:tea&sort=price&limit=5&cursor=${green.nextCursor}`)
  expect(namesOf(next).filter((name) => namesOf(green).includes(name))).toEqual([])
  expect(await find('q=senhca%20fukujyu')).toMatchObject({ didYouMean: 'sencha fukujyu', total: 1 })
  const { body } = await ask('GET', '/api/v1/search/suggest?q=senc')
  expect(body.items[0]).toEqual({ kind: 'query', text: 'sencha' })
})

test('a product is found after it was created, under its new name after it was changed, and no more after it was deleted', async () => {
  const word = `q${randomUUID().replaceAll('-', '')}`
  const product = {
    name: `Tea ${word}`,
    description: '',
    status: 'active',
    category: 'tea/green',
    taxClass: 'reduced',
    tags: [],
    attributes: { origin: 'Japan' },
    variants: [{ sku: `S-${word}`, name: 'One', options: {}, weightGrams: 100 }],
  }
  const created = await ask('POST', '/api/v1/products', { as: staff, body: product })
  expect(created.status).toBe(201)
  const path = `/api/v1/products/${created.body.id}`
  await eventually(async () => expect(namesOf(await find(`q=${word}`))).toEqual([product.name]))
  const changed = await ask('PUT', path, {
    as: staff,
    body: { ...product, name: 'Renamed' },
    headers: { 'if-match': '*' },
  })
  expect(changed.status).toBe(200)
  await eventually(async () => expect(namesOf(await find(`q=S-${word}`))).toEqual(['Renamed']))
  expect((await ask('DELETE', path, { as: staff, headers: { 'if-match': '*' } })).status).toBe(204)
  await eventually(async () => expect((await find(`q=S-${word}`)).total).toBe(0))
})

test('staff see what is searched for, and rebuild the index while customers search', async () => {
  const word = `z${randomUUID().replaceAll('-', '')}`
  expect((await find(`q=${word}`)).total).toBe(0)
  const found = await find('q=lapsang')
  const click = { searchId: found.id, productId: found.items[0].id }
  expect((await ask('POST', '/api/v1/search/clicks', { body: click })).status).toBe(204)
  await eventually(async () => {
    const { body } = await ask('GET', '/api/v1/search/analytics?limit=200', { as: staff })
    expect(body.queriesWithoutResults).toContainEqual({ query: word, searches: 1, clicks: 0 })
    expect(body.clickThroughRate).toBeGreaterThan(0)
  })
  const { status, body } = await ask('POST', '/api/v1/search/indexes', { as: staff, body: { name: 'products' } })
  expect(status).toBe(202)
  await eventually(async () => {
    expect(namesOf(await find('q=lapsang'))).toEqual(['Lapsang Souchong'])
    const index = await ask('GET', `/api/v1/search/indexes/${body.id}`, { as: staff })
    expect(index.body).toMatchObject({ state: 'live' })
    expect(index.body.documents).toBeGreaterThanOrEqual(200)
  })
  expect((await ask('GET', '/api/v1/search/analytics')).status).toBe(401)
})

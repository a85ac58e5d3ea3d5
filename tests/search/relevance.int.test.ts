import { accessTable } from '@stoa/contracts/auth/roles'
import { newId } from '@stoa/kernel'
import { searchService } from '@stoa/search'
import { catalogue, type CatalogueProduct } from '@stoa/system/seed/catalogue'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedResults } from './queries.ts'

let search: TestService
beforeAll(async () => {
  const products = catalogue.products.map(snapshotOf)
  const snapshotProducts = async () => ({ products: products as never, nextAfterProductId: '' })
  search = await startTestService(searchService, { access: accessTable, calls: { inventory: { snapshotProducts } } })
  await eventually(async () => {
    if ((await find('tea')).total === 0) throw new Error('the index has not been built yet')
  })
})
afterAll(() => search.stop())

function snapshotOf({ attributes, variants, prices, ...product }: CatalogueProduct) {
  const { name, description, status, category, tags } = product
  const texts = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]))
  const priced = variants.map(({ sku, name: variant, options }) => {
    const amount = prices.find((price) => price.sku === sku)?.amount ?? 0
    return { sku, name: variant, options, priceAmount: BigInt(amount), priceCurrency: 'EUR' }
  })
  return {
    productId: newId(),
    version: 1n,
    name,
    description,
    status,
    category,
    tags,
    attributes: texts,
    variants: priced,
  }
}

async function find(query: string) {
  const { status, body } = await search.request('GET', `/api/v1/search?limit=3&q=${encodeURIComponent(query)}`)
  expect(status).toBe(200)
  return body as { readonly total: number; readonly items: readonly { readonly name: string }[] }
}

test('at least 48 of 50 queries have the expected product among the first three', async () => {
  const ranked = []
  for (const [query, name] of expectedResults) {
    const names = (await find(query)).items.map((item) => item.name)
    ranked.push({ query, expected: name, rank: names.indexOf(name) + 1, names })
  }
  const missed = ranked.filter(({ rank }) => rank === 0)
  const [hits, first] = [ranked.length - missed.length, ranked.filter(({ rank }) => rank === 1).length]
  console.log(`search relevance: ${hits} of ${ranked.length} queries hit in the first three, ${first} of them first`)
  for (const { query, expected, names } of missed)
    console.log(`  ${query}: expected ${expected}, found ${names.join(' | ')}`)
  expect(ranked).toHaveLength(50)
  expect(hits).toBeGreaterThanOrEqual(48)
})

import { NewProduct } from '@stoa/contracts/inventory/resources'
import { Errors } from 'typebox/schema'
import { expect, test } from 'vitest'
import { catalogue, limitedSku, plentifulSku } from './catalogue.ts'

const { products, categories, warehouses } = catalogue
const stockOf = (wanted: string) =>
  products.flatMap(({ stock }) => stock).reduce((sum, { sku, quantity }) => (sku === wanted ? sum + quantity : sum), 0)

test('there are at least 200 products, each with a name of its own', () => {
  expect(new Set(products.map(({ name }) => name)).size).toBe(products.length)
  expect(products.length).toBeGreaterThanOrEqual(200)
})

test('every product is as inventory takes it', () => {
  for (const { stock: _stock, prices: _prices, ...product } of products) {
    expect([product.name, Errors(NewProduct, product)[1]]).toEqual([product.name, []])
  }
})

test('every SKU stands once, has a price and lies in a warehouse', () => {
  const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => sku))
  expect(new Set(skus).size).toBe(skus.length)
  const prices = products.flatMap((product) => product.prices)
  expect(prices.map(({ sku }) => sku)).toEqual(skus)
  for (const { amount } of prices) expect(amount).toBeGreaterThan(0)
  for (const sku of skus) expect(stockOf(sku)).toBeGreaterThan(0)
})

test('what it names is there: categories, warehouses, tax classes', () => {
  const paths = new Set(categories.map(({ path }) => path))
  const codes = new Set(warehouses.map(({ code }) => code))
  for (const { parent } of categories) expect(parent === undefined || paths.has(parent)).toBe(true)
  for (const { category, stock, taxClass } of products) {
    expect(paths).toContain(category)
    expect(['standard', 'reduced']).toContain(taxClass)
    for (const { warehouseCode } of stock) expect(codes).toContain(warehouseCode)
  }
  expect(warehouses).toHaveLength(3)
})

test('one SKU never runs out, and of another there are exactly ten in one warehouse', () => {
  expect(stockOf(plentifulSku)).toBe(1_000_000)
  const limited = products.flatMap(({ stock }) => stock).filter(({ sku }) => sku === limitedSku)
  expect(limited.map(({ quantity }) => quantity)).toEqual([10])
})

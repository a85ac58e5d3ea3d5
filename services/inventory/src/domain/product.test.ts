import type { NewProduct } from '@stoa/contracts/inventory/resources'
import { expect, test } from 'vitest'
import { facetsOf, patched, pathsAbove, repeatedSku } from './product.ts'

const variant = (sku: string) => ({ sku, name: sku, options: {}, weightGrams: 100 })
const product = (more: Partial<NewProduct> = {}): NewProduct => ({
  name: 'Sencha',
  description: '',
  status: 'active',
  category: 'tea/green',
  taxClass: 'reduced',
  tags: ['organic'],
  attributes: { origin: 'JP', loose: true },
  variants: [variant('SENCHA-100')],
  ...more,
})

test('a category stands under those above it', () => {
  expect(pathsAbove('tea/green/steamed')).toEqual(['tea', 'tea/green', 'tea/green/steamed'])
})

test('a product is found by its categories, tags and attributes', () => {
  expect(facetsOf(product({ tags: ['organic', 'organic'] }))).toEqual([
    'category:tea',
    'category:tea/green',
    'tag:organic',
    'attribute:origin:JP',
    'attribute:loose:true',
  ])
})

test('a SKU stands in a product once', () => {
  expect(repeatedSku(product())).toBe(-1)
  expect(repeatedSku(product({ variants: [variant('A'), variant('B'), variant('A')] }))).toBe(2)
})

test('a patch changes what it names, and takes attributes that are null away', () => {
  const result = patched(product(), { name: 'Gyokuro', attributes: { loose: null, grams: 50 } })
  expect(result).toEqual(product({ name: 'Gyokuro', attributes: { origin: 'JP', grams: 50 } }))
  expect(patched(product(), {})).toEqual(product())
})

import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

const orderId = '01920000-0000-7000-8000-000000000201'
const warehouseId = '01920000-0000-7000-8000-000000000301'
const product = {
  name: 'Copper Sieve',
  description: 'Keeps small leaves out of the cup.',
  status: 'active',
  category: 'ware/care',
  taxClass: 'standard',
  tags: ['ware'],
  attributes: { material: 'copper' },
  variants: [{ sku: 'COPPER-SIEVE', name: 'One size', options: { size: 'one' }, weightGrams: 60 }],
} as const

const uniqueSku = (suffix: string) => ({
  variants: [{ ...product.variants[0], sku: `COPPER-SIEVE-${suffix}` }],
})

/** Examples of the operations of inventory. */
export const inventoryExamples: Examples<typeof http> = {
  getProductBySku: { params: { sku: 'TEA-GREEN-100' } },
  createProduct: { body: product, unique: uniqueSku },
  replaceProduct: { body: product, unique: uniqueSku },
  patchProduct: { body: { name: 'Copper Sieve, large' } },
  searchProducts: { query: { q: 'green tea' } },
  getAvailability: {
    query: { sku: ['TEA-GREEN-100'] },
    response: { items: [{ sku: 'TEA-GREEN-100', available: 97, onHand: 100, reserved: 3 }] },
  },
  listUnitCosts: {
    query: { sku: ['TEA-GREEN-100'] },
    response: { items: [{ sku: 'TEA-GREEN-100', unitCost: { amount: 210, currency: 'EUR' } }] },
  },
  setUnitCost: { params: { sku: 'TEA-GREEN-100' }, body: { unitCost: { amount: 210, currency: 'EUR' } } },
  createCategory: {
    body: { path: 'tea/yellow', name: 'Yellow tea' },
    unique: (suffix) => ({ path: `own-${suffix}` }),
  },
  createWarehouse: {
    body: { code: 'VIE-1', name: 'Wien', country: 'AT' },
    unique: (suffix) => ({ code: `W-${suffix.toUpperCase()}` }),
  },
  reserveStock: { body: { orderId, lines: [{ sku: 'TEA-GREEN-100', quantity: 1 }], country: 'AT' } },
  releaseStock: { body: { orderId } },
  confirmStock: { body: { orderId } },
  adjustStock: { body: { sku: 'TEA-GREEN-100', warehouseId, delta: 5, reason: 'found' } },
  transferStock: {
    body: {
      sku: 'TEA-GREEN-100',
      fromWarehouseId: warehouseId,
      toWarehouseId: '01920000-0000-7000-8000-000000000302',
      quantity: 1,
    },
  },
}

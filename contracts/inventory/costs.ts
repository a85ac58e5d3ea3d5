import {
  closed,
  CurrencySchema,
  get,
  MinorUnitsSchema,
  MoneySchema,
  PageQuery,
  pageSchema,
  put,
  remove,
} from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { Sku } from '../shared/sku.ts'

/** What one unit of a SKU costs the shop, without tax, in the currency of its list prices. Only staff see it. */
export const UnitCost = Type.Object({ sku: Sku, unitCost: MoneySchema })
export type UnitCost = Static<typeof UnitCost>

const unitCost = Type.Object({ amount: MinorUnitsSchema, currency: CurrencySchema }, closed)

/** GET /api/v1/inventory/costs */
export const listUnitCosts = get('/api/v1/inventory/costs', {
  summary: 'List the unit costs of SKUs, by SKU',
  permission: 'inventory:cost',
  owner: 'none',
  query: Type.Object(
    { ...PageQuery, sku: Type.Optional(Type.Array(Sku, { minItems: 1, maxItems: 100, description: 'only these' })) },
    closed,
  ),
  answers: { 200: pageSchema(UnitCost) },
})

/** PUT /api/v1/inventory/costs/{sku} */
export const setUnitCost = put('/api/v1/inventory/costs/{sku}', {
  params: { sku: Sku },
  summary: 'Set the unit cost of a SKU, from now on',
  permission: 'inventory:cost',
  audited: true,
  owner: 'none',
  body: Type.Object({ unitCost }, closed),
  answers: { 200: UnitCost },
  refuses: ['product.not_found', 'inventory.cost_currency_invalid'],
})

/** DELETE /api/v1/inventory/costs/{sku} */
export const removeUnitCost = remove('/api/v1/inventory/costs/{sku}', {
  params: { sku: Sku },
  summary: 'Remove the unit cost of a SKU, from now on',
  permission: 'inventory:cost',
  audited: true,
  owner: 'none',
  answers: { 204: null },
  refuses: ['product.not_found'],
})

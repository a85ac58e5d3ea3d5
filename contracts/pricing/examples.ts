import type { Examples } from '@stoa/contract'
import type * as currencies from './currencies-http.ts'
import type * as http from './http.ts'

const priceList = { name: 'Enterprise', currency: 'EUR', customerGroup: 'enterprise', taxInclusive: true } as const

// Not active: as long as it is not, the price of no order changes.
const promotion = {
  name: 'Ten percent off',
  effect: { kind: 'percentage', basisPoints: 1_000 },
  couponCode: 'TEN-OFF',
  maxUses: 5,
  isStackable: false,
  priority: 1_000,
  isActive: false,
} as const
const uniqueCode = (suffix: string) => ({ couponCode: `OWN-${suffix.toUpperCase()}` })

const uniqueName = (suffix: string) => ({ name: `own ${suffix}` })

/** Examples of the operations of pricing. */
export const pricingExamples: Examples<typeof http & typeof currencies> = {
  quote: { body: { items: [{ sku: 'TEA-GREEN-100', quantity: 1 }], region: 'AT', currency: 'EUR' } },
  getSkuPrice: { params: { sku: 'TEA-GREEN-100' }, query: { region: 'AT' } },
  createPriceList: { body: priceList, unique: uniqueName },
  replacePriceList: { body: priceList, unique: uniqueName },
  createPrice: {
    body: { sku: 'COPPER-SIEVE', breaks: [{ fromQuantity: 1, amount: 890 }] },
    unique: (suffix) => ({ sku: `X-${suffix}` }),
  },
  replacePrice: { body: { breaks: [{ fromQuantity: 1, amount: 790 }] } },
  createPromotion: { body: promotion, unique: uniqueCode },
  replacePromotion: { body: promotion, unique: uniqueCode },
  setTax: {
    body: { region: 'AT', taxClass: 'books', rateBasisPoints: 1_000 },
    unique: (suffix) => ({ taxClass: suffix }),
  },
  // a region without prices: no basket changes its currency
  setCurrency: { body: { region: 'LI', channel: 'phone', currency: 'CHF' } },
  setShippingCharge: {
    body: {
      region: 'AT',
      method: 'express',
      charge: { amount: 990, currency: 'EUR' },
      freeFrom: { amount: 9_900, currency: 'EUR' },
    },
  },
}

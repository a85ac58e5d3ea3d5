import type { Handler, RpcHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { readPage } from '@stoa/service'
import { Type, type Static } from 'typebox'
import { wrongOfCharge } from '../domain/check-settings.ts'
import * as store from '../store/regions.ts'

const noRate = 'The tax rate does not exist.'
const noCharge = 'The shipping charge does not exist.'
const Pair = Type.Tuple([Type.String(), Type.String()])
type Pair = Static<typeof Pair>

export const listTaxes: Handler<PricingService, 'listTaxes'> = async ({ query, db }) => {
  const read = (after: Pair | undefined, limit: number) => store.listTaxRates(db, after, limit)
  return { status: 200, body: await readPage(query, Pair, read, ({ region, taxClass }): Pair => [region, taxClass]) }
}

export const setTax: Handler<PricingService, 'setTax'> = async ({ body, commit }) =>
  commit(async (tx) => {
    const rate = await store.saveTaxRate(tx, body)
    return { status: 201, body: rate, version: rate.version }
  })

export const getTax: Handler<PricingService, 'getTax'> = async ({ params: { region, taxClass }, db, refuse }) => {
  const rate = await store.findTaxRate(db, region, taxClass)
  if (rate === undefined) return refuse('pricing.tax_not_found', noRate)
  return { status: 200, body: rate, version: rate.version }
}

export const deleteTax: Handler<PricingService, 'deleteTax'> = async ({
  params: { region, taxClass },
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const change = await store.deleteTaxRate(tx, region, taxClass, expectedVersion)
    if (change === 'not_found') return refuse('pricing.tax_not_found', noRate)
    return { status: 204 }
  })

export const findTaxClasses: RpcHandler<PricingService, 'findTaxClasses'> = async ({ input, db }) => ({
  taxClasses: await store.findKnownTaxClasses(db, input.taxClasses),
})

export const listShippingCharges: Handler<PricingService, 'listShippingCharges'> = async ({ query, db }) => {
  const read = (after: Pair | undefined, limit: number) => store.listShippingCharges(db, after, limit)
  return { status: 200, body: await readPage(query, Pair, read, ({ region, method }): Pair => [region, method]) }
}

export const setShippingCharge: Handler<PricingService, 'setShippingCharge'> = async ({
  body,
  calls,
  commit,
  refuse,
}) => {
  const fields = wrongOfCharge(body)
  if (fields.length > 0)
    return refuse('request.invalid', 'All amounts of a shipping charge must have the same currency.', { fields })
  const { methods } = await calls.shipping.findMethods({ country: body.region })
  if (!methods.includes(body.method)) {
    const detail = `No carrier delivers to ${body.region} by the method ${body.method}.`
    const wrong =
      methods.length === 0
        ? { pointer: '/region', detail: 'no carrier delivers there' }
        : { pointer: '/method', detail: `must be one of ${methods.join(', ')}` }
    return refuse('pricing.shipping_method_not_offered', detail, { fields: [wrong] })
  }
  return commit(async (tx) => {
    const charge = await store.saveShippingCharge(tx, body)
    return { status: 201, body: charge, version: charge.version }
  })
}

export const getShippingCharge: Handler<PricingService, 'getShippingCharge'> = async ({
  params: { region, method },
  db,
  refuse,
}) => {
  const charge = await store.findShippingCharge(db, region, method)
  if (charge === undefined) return refuse('pricing.shipping_charge_not_found', noCharge)
  return { status: 200, body: charge, version: charge.version }
}

export const deleteShippingCharge: Handler<PricingService, 'deleteShippingCharge'> = async ({
  params: { region, method },
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const change = await store.deleteShippingCharge(tx, region, method, expectedVersion)
    if (change === 'not_found') return refuse('pricing.shipping_charge_not_found', noCharge)
    return { status: 204 }
  })

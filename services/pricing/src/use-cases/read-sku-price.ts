import type { Handler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import type { Deps } from '../deps.ts'
import { currencyOf } from './currency-of.ts'
import { makeQuote } from './make-quote.ts'

/** Prices units of one SKU for any caller, as a basket with nothing else and no coupon; nothing is stored. */
export const getSkuPrice =
  (deps: Deps): Handler<PricingService, 'getSkuPrice'> =>
  async ({ params: { sku }, query, caller, calls, db, refuse }) => {
    const customerId = caller.kind === 'user' ? caller.subject : undefined
    const { region, quantity = 1 } = query
    const currency = query.currency ?? (await currencyOf(deps, db, query))
    const items = [{ sku, quantity }]
    const made = await makeQuote(
      deps,
      { db, calls },
      { customerId, items, currency, region, couponCodes: [], shippingMethod: 'standard' },
    )
    if (!('code' in made)) {
      const [line] = made.quote.lines
      if (line === undefined) throw new Error(`the quote for ${sku} has no line`)
      return { status: 200, body: line }
    }
    switch (made.code) {
      case 'pricing.coupon_unknown':
      case 'pricing.coupon_email_unverified':
      case 'pricing.quantity_too_large':
        throw new Error(`one SKU without a coupon was refused: ${made.detail}`)
      default:
        return refuse(made.code, made.detail)
    }
  }

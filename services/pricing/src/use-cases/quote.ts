import type { Handler, RpcHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { toRpcMoney } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { findQuote, insertQuote, type StoredQuote } from '../store/quotes.ts'
import { currencyOf } from './currency-of.ts'
import { makeQuote } from './make-quote.ts'

/** Prices a basket for any caller. */
export const quote =
  (deps: Deps): Handler<PricingService, 'quote'> =>
  async ({ body, caller, calls, db, commit, refuse }) => {
    const own = caller.kind === 'user' ? caller.subject : undefined
    const customerId = caller.can('pricing:manage') ? (body.customerId ?? own) : own
    const { items, region, couponCodes = [], shippingMethod = 'standard' } = body
    const currency = body.currency ?? (await currencyOf(deps, db, body))
    const made = await makeQuote(
      deps,
      { db, calls },
      { customerId, items, currency, region, couponCodes, shippingMethod },
    )
    if ('code' in made) return refuse(made)
    return commit(async (tx) => {
      await insertQuote(tx, made)
      return { status: 200, body: made.quote }
    })
  }

/** Prices a basket for an order that is being placed. */
export const quoteForOrder =
  (deps: Deps): RpcHandler<PricingService, 'quote'> =>
  async ({ input, calls, db, commit, refuse }) => {
    const origin = { region: input.region, channel: input.channel || undefined }
    const made = await makeQuote(
      deps,
      { db, calls },
      {
        customerId: input.customerId,
        items: input.items.map(({ sku, quantity }) => ({ sku, quantity })),
        currency: input.currency === '' ? await currencyOf(deps, db, origin) : input.currency,
        region: input.region,
        couponCodes: input.couponCodes,
        shippingMethod: input.shippingMethod === '' ? 'standard' : input.shippingMethod,
      },
    )
    if ('code' in made) return refuse(made)
    return commit(async (tx) => {
      return { quote: onWire({ ...made, customerId: await insertQuote(tx, made) }) }
    })
  }

/** Reads a quote that was shown before. */
export const getQuote =
  ({ clock }: Deps): RpcHandler<PricingService, 'getQuote'> =>
  async ({ input, db, refuse }) => {
    const found = await findQuote(db, input.quoteId)
    if (found === undefined) return refuse('pricing.quote_not_found', 'The quote does not exist.')
    if (Temporal.Instant.compare(found.expiresAt, clock.now()) <= 0) {
      return refuse('pricing.quote_expired', 'The quote has expired; request a new one.')
    }
    return { quote: onWire(found) }
  }

function onWire({ quote: { quoteId, lines, ...rest }, customerId = '' }: StoredQuote) {
  return {
    id: quoteId,
    lines: lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      listPrice: toRpcMoney(line.listPrice),
      discounts: line.discounts.map(({ promotionId, name, amount }) => ({
        promotionId,
        name,
        amount: toRpcMoney(amount),
      })),
      net: toRpcMoney(line.net),
      tax: toRpcMoney(line.tax),
      total: toRpcMoney(line.total),
      taxRateBasisPoints: line.taxRateBasisPoints,
      taxInclusive: line.taxInclusive,
      priceList: line.priceList ?? '',
    })),
    subtotal: toRpcMoney(rest.subtotal),
    discount: toRpcMoney(rest.discount),
    tax: toRpcMoney(rest.tax),
    shipping: toRpcMoney(rest.shipping),
    shippingTax: toRpcMoney(rest.shippingTax),
    total: toRpcMoney(rest.total),
    expiresAt: rest.expiresAt,
    customerId,
    region: rest.region,
    couponCodes: rest.couponCodes,
    appliedCouponCodes: rest.appliedCouponCodes,
    shippingMethod: rest.shippingMethod,
  }
}

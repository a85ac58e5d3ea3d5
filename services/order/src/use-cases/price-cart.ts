import type { Calls, ReadHandle } from '@stoa/contract'
import type { OrderService } from '@stoa/contracts/order/service'
import type { QuoteId } from '@stoa/contracts/shared/ids'
import { isAppError } from '@stoa/kernel'
import type { CartItem, CartPrices, CartTerms } from '../domain/cart.ts'
import type { Offered } from '../domain/cart-view.ts'
import type { PricesOfTime, StoredCart } from '../store/carts.ts'
import { haveChangedSince } from '../store/price-changes.ts'
import { findVariants } from '../store/variants.ts'
import { orderRefusalOf, type OrderRefusal } from './price-order.ts'
import { itemsOf, sumsOf } from './priced-quote.ts'

type OrderCalls = Calls<OrderService['calls']>

/** The lines of a customer that are to be priced. */
export interface Basket extends CartTerms {
  readonly customerId: string
  readonly items: readonly CartItem[]
}

/** What came of pricing a basket. `unsold` are the SKUs that pricing does not sell; without any other, there are no prices. */
export type Pricing =
  | { readonly kind: 'priced'; readonly priced: PricesOfTime | undefined; readonly unsold: ReadonlySet<string> }
  | { readonly kind: 'refused'; readonly refusal: OrderRefusal }
  | { readonly kind: 'unavailable' }

/** A cart is shown without current prices rather than late. */
const quoteTimeoutMs = 2_000
const mostUnsold = 5

/** Prices a basket without the SKUs that pricing does not sell. */
export async function priceBasket(calls: OrderCalls, basket: Basket, at: Temporal.Instant): Promise<Pricing> {
  const unsold = new Set<string>()
  let { items } = basket
  while (items.length > 0) {
    const answer = await quoteItems(calls, { ...basket, items })
    if (answer === 'unavailable') return { kind: 'unavailable' }
    if ('quoteId' in answer) return { kind: 'priced', priced: { prices: answer, at }, unsold }
    const sku = answer.code === 'order.unknown_sku' ? items[placeOf(answer)]?.sku : undefined
    if (sku === undefined || unsold.size >= mostUnsold) return { kind: 'refused', refusal: answer }
    unsold.add(sku)
    items = items.filter((item) => item.sku !== sku)
  }
  return { kind: 'priced', priced: undefined, unsold }
}

function placeOf({ fields = [] }: OrderRefusal): number {
  return Number(/^\/items\/(\d+)\//.exec(fields[0]?.pointer ?? '')?.[1] ?? -1)
}

async function quoteItems(calls: OrderCalls, basket: Basket): Promise<CartPrices | OrderRefusal | 'unavailable'> {
  const { customerId, region, currency, items } = basket
  const wanted = items.map(({ sku, quantity }) => ({ sku, quantity }))
  try {
    const { quote } = await calls.pricing.quote(
      { customerId, items: wanted, currency, region },
      { timeoutMs: quoteTimeoutMs },
    )
    if (quote === undefined) throw new Error('pricing returned no quote')
    const names = new Map(items.map(({ sku, name }) => [sku, name]))
    return {
      quoteId: quote.id as QuoteId,
      expiresAt: quote.expiresAt,
      lines: itemsOf(quote, names),
      sums: sumsOf(quote),
    }
  } catch (error) {
    if (isAppError(error) && (error.kind === 'unavailable' || error.kind === 'timeout')) return 'unavailable'
    const refusal = orderRefusalOf(error)
    if (refusal === undefined) throw error
    return refusal
  }
}

/** What the SKUs of a cart are now, as far as the read copy knows them. */
export async function readOffered(db: ReadHandle, items: readonly CartItem[]): Promise<ReadonlyMap<string, Offered>> {
  const variants =
    items.length === 0
      ? []
      : await findVariants(
          db,
          items.map(({ sku }) => sku),
        )
  return new Map(variants.map(({ sku, name, status }) => [sku, { name, isForSale: status === 'active' }]))
}

/** The lines of a cart that may be for sale. */
export function itemsForSale(items: readonly CartItem[], offered: ReadonlyMap<string, Offered>): CartItem[] {
  return items.filter(({ sku }) => offered.get(sku)?.isForSale !== false)
}

const marginMs = 10_000
// the clocks of two replicas differ a little
const skewMs = 2_000

/** The stored prices of a cart, if they are of exactly these lines, hold for some time, and no list price has changed since. */
export async function findValidPrices(
  db: ReadHandle,
  { priced }: StoredCart,
  items: readonly CartItem[],
  now: Temporal.Instant,
): Promise<PricesOfTime | undefined> {
  if (priced === undefined || priced.prices.lines.length !== items.length) return undefined
  const { expiresAt, lines } = priced.prices
  if (Temporal.Instant.from(expiresAt).epochMilliseconds - marginMs < now.epochMilliseconds) return undefined
  const isSame = items.every(({ sku, quantity }) =>
    lines.some((line) => line.sku === sku && line.quantity === quantity),
  )
  const skus = items.map(({ sku }) => sku)
  return isSame && !(await haveChangedSince(db, skus, priced.at.subtract({ milliseconds: skewMs })))
    ? priced
    : undefined
}

import type { Tx } from '@stoa/contract'
import { priceChanged } from '@stoa/contracts/pricing/events'
import type { Price, PriceList } from '@stoa/contracts/pricing/resources'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { money } from '@stoa/kernel'
import { unitAmount } from '../domain/open-line.ts'
import { listAllPrices } from '../store/price-lists.ts'

type NamedList = Pick<PriceList, 'name' | 'currency'>
type ListedPrice = Pick<Price, 'sku' | 'breaks'>

/** Publishes the list price of a SKU, which read copies show and sort by: that of one unit, or that it has none. */
export async function publishPrice(tx: Tx<PricingService>, list: NamedList, price: ListedPrice): Promise<void> {
  const amount = unitAmount(price.breaks, 1)
  if (amount === undefined) return publishRemoved(tx, list, price)
  const { sku } = price
  await tx.publish(priceChanged, sku, { sku, priceList: list.name, price: money(amount, list.currency) })
}

/** Publishes that a list has no list price of a SKU any more. */
export async function publishRemoved(
  tx: Tx<PricingService>,
  { name: priceList, currency }: NamedList,
  { sku, breaks }: ListedPrice,
): Promise<void> {
  const last = unitAmount(breaks, 1) ?? breaks[0]?.amount ?? 0
  await tx.publish(priceChanged, sku, { sku, priceList, price: money(last, currency), isRemoved: true })
}

/** Publishes every price of a list whose name or currency has changed: gone under the old ones, there under the new. */
export async function publishMoved(tx: Tx<PricingService>, before: PriceList, after: NamedList): Promise<void> {
  if (before.name === after.name && before.currency === after.currency) return
  for (const price of await listAllPrices(tx, before.id)) {
    await publishRemoved(tx, before, price)
    await publishPrice(tx, after, price)
  }
}

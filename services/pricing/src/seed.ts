import type { Tx } from '@stoa/contract'
import { priceChanged, promotionActivated } from '@stoa/contracts/pricing/events'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { money, type NewId } from '@stoa/kernel'
import { defineSeed } from '@stoa/service'
import { pricingService } from './service.ts'
import { insertPriceList, savePrices } from './store/price-lists.ts'
import { insertPromotion, noteAnnounced, type PromotionFields } from './store/promotions.ts'

/** Standard and reduced rates in basis points. */
const taxes: Readonly<Record<string, readonly [number, number]>> = {
  AT: [2_000, 1_000],
  BE: [2_100, 600],
  BG: [2_000, 900],
  CH: [810, 260],
  CY: [1_900, 900],
  CZ: [2_100, 1_200],
  DE: [1_900, 700],
  DK: [2_500, 2_500],
  EE: [2_400, 900],
  ES: [2_100, 1_000],
  FI: [2_550, 1_350],
  FR: [2_000, 550],
  GB: [2_000, 0],
  GR: [2_400, 1_300],
  HR: [2_500, 1_300],
  HU: [2_700, 1_800],
  IE: [2_300, 1_350],
  IT: [2_200, 1_000],
  LT: [2_100, 900],
  LU: [1_700, 800],
  LV: [2_100, 1_200],
  MT: [1_800, 700],
  NL: [2_100, 900],
  PL: [2_300, 800],
  PT: [2_300, 1_300],
  RO: [2_100, 1_100],
  SE: [2_500, 1_200],
  SI: [2_200, 950],
  SK: [2_300, 1_900],
  US: [0, 0],
}

const promotion = (more: Pick<PromotionFields, 'name' | 'effect'> & Partial<PromotionFields>): PromotionFields => ({
  isStackable: true,
  isActive: true,
  priority: 100,
  ...more,
})

const promotions: readonly PromotionFields[] = [
  promotion({
    name: 'Large basket',
    effect: { kind: 'percentage', basisPoints: 500 },
    minSubtotal: money(15_000, 'EUR'),
  }),
  promotion({
    name: 'Welcome',
    effect: { kind: 'percentage', basisPoints: 1_000 },
    couponCode: 'WELCOME10',
    maxUsesPerCustomer: 1,
  }),
  promotion({ name: 'Free shipping', effect: { kind: 'free_shipping' }, couponCode: 'FREESHIP' }),
]

/** Prices of SKUs in EUR cents. */
export interface SeededPrices {
  readonly prices: readonly { readonly sku: string; readonly amount: number }[]
}

/** The demonstration shop's prices: one list in EUR, taxes and shipping of its regions, three promotions. */
export async function seedPrices(
  tx: Tx<PricingService>,
  prices: SeededPrices['prices'],
  { newId }: { readonly newId: NewId },
): Promise<void> {
  const listId = newId()
  await insertPriceList(tx, listId, { name: 'retail', currency: 'EUR', taxInclusive: true })
  await savePrices(tx, listId, prices)
  for (const { sku, amount } of prices)
    await tx.publish(priceChanged, sku, { sku, priceList: 'retail', price: money(amount, 'EUR') })
  await seedRegions(tx)
  for (const each of promotions) {
    const id = newId()
    await insertPromotion(tx, id, each)
    await noteAnnounced(tx, id)
    await tx.publish(promotionActivated, id, { promotionId: id, name: each.name })
  }
}

async function seedRegions(tx: Tx<PricingService>): Promise<void> {
  const regions = Object.keys(taxes)
  await tx.sql`
    insert into tax_rates (region, tax_class, rate_basis_points)
    select region, class, rate from unnest(
      ${[...regions, ...regions]}::text[],
      ${[...regions.map(() => 'standard'), ...regions.map(() => 'reduced')]}::text[],
      ${[...regions.map((region) => taxes[region]?.[0]), ...regions.map((region) => taxes[region]?.[1])]}::int[]
    ) as given (region, class, rate)`
  // in the currency of the prices above, whatever that of the shop is
  await tx.sql`
    insert into region_currencies (region, channel, currency)
    select region, 'all', 'EUR' from unnest(${regions}::text[]) as given (region)`
  const charge = (region: string, isExpress: boolean) =>
    (region === 'DE' ? 499 : region === 'US' ? 1_999 : 999) * (isExpress ? 2 : 1)
  await tx.sql`
    insert into shipping_charges (region, method, charge, free_from)
    select region, method, jsonb_build_object('amount', amount, 'currency', 'EUR'),
      case method when 'standard' then jsonb_build_object('amount', 5000, 'currency', 'EUR') end
      from unnest(
        ${[...regions, ...regions]}::text[],
        ${[...regions.map(() => 'standard'), ...regions.map(() => 'express')]}::text[],
        ${[...regions.map((region) => charge(region, false)), ...regions.map((region) => charge(region, true))]}::int[]
      ) as given (region, method, amount)`
}

/** The demonstration prices. */
export const seed = defineSeed<PricingService, SeededPrices>(pricingService, (tx, tools, { prices }) =>
  seedPrices(tx, prices, tools),
)

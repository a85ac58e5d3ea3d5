import type { ReadHandle } from '@stoa/contract'
import type { Money } from '@stoa/kernel'
import type { BasketPromotion, PromotionEffect, QuantityBreak } from '../domain/basket.ts'

/** What is known of a SKU that can be sold: its tax class and the prices of the lists that hold now. */
export interface PricedSku {
  readonly sku: string
  readonly taxClass: string
  readonly breaks: readonly QuantityBreak[]
  readonly isTaxInclusive: boolean
  /** The name of the list. */
  readonly priceList: string
}

/**
 * The prices of these SKUs in the lists that are valid now, for all customers and for the tier of this one; those of one SKU
 * in several lists all stand here.
 */
export function findPrices(
  db: ReadHandle,
  skus: readonly string[],
  { currency, customerId, at }: { currency: string; customerId: string | undefined; at: Temporal.Instant },
): Promise<PricedSku[]> {
  return db.sql<PricedSku>`
    select s.sku, s.tax_class as "taxClass", p.breaks, l.tax_inclusive as "isTaxInclusive",
      l.name as "priceList"
      from sellable s
      join prices p on p.sku = s.sku
      join price_lists l on l.id = p.price_list_id
     where s.sku = any (${skus}) and s.status = 'active' and l.currency = ${currency}
       and (l.customer_group is null
         or l.customer_group = (select tier from customers where customer_id = ${customerId}::uuid))
       and (l.valid_from is null or l.valid_from <= ${at}) and (l.valid_until is null or l.valid_until > ${at})
     order by l.name, l.id`
}

/** What is added to the goods in a region. */
interface RegionTariff {
  /** The tax rates by class; empty for a region without a table. */
  readonly rates: ReadonlyMap<string, number>
  /** What shipping by the method costs; undefined if it is not available. */
  readonly shipping: { readonly charge: Money; readonly freeFrom: Money | undefined } | undefined
}

/** The taxes of a region, and what shipping to it costs by a method. */
export async function findRegionTariff(db: ReadHandle, region: string, method: string): Promise<RegionTariff> {
  const [row] = await db.sql<{
    rates: Readonly<Record<string, number>> | null
    charge: Money | null
    free_from: Money | null
  }>`
    select (select json_object_agg(tax_class, rate_basis_points) from tax_rates where region = ${region}) as rates,
           charge, free_from
      from (select) one left join shipping_charges on region = ${region} and method = ${method}`
  const { rates = null, charge = null, free_from: freeFrom = null } = row ?? {}
  return {
    rates: new Map(Object.entries(rates ?? {})),
    shipping: charge === null ? undefined : { charge, freeFrom: freeFrom ?? undefined },
  }
}

/** A promotion with what decides whether it can be taken. */
export interface OfferedPromotion extends BasketPromotion {
  readonly couponCode: string | undefined
  /** Whether its uses are counted, so that a quote with it takes one. */
  readonly isCounted: boolean
  readonly isExhausted: boolean
  /** Whether each customer has a number of uses. */
  readonly isCappedByCustomer: boolean
}

interface PromotionRow {
  readonly id: string
  readonly name: string
  readonly effect: PromotionEffect
  readonly skus: string[] | null
  readonly min_subtotal: Money | null
  readonly coupon_code: string | null
  readonly is_stackable: boolean
  readonly priority: number
  readonly is_counted: boolean
  readonly is_exhausted: boolean
  readonly is_capped_by_customer: boolean
}

/** The promotions that are valid now: those for all customers, and those of these codes; whether a customer has used one up is asked of `findUsedUp`. */
export async function findPromotions(
  db: ReadHandle,
  codes: readonly string[],
  at: Temporal.Instant,
): Promise<OfferedPromotion[]> {
  const rows = await db.sql<PromotionRow>`
    select id, name, effect, skus, min_subtotal, coupon_code, is_stackable, priority,
      (max_uses is not null or max_uses_per_customer is not null) as is_counted,
      max_uses_per_customer is not null as is_capped_by_customer, coalesce(uses >= max_uses, false) as is_exhausted
      from promotions p
     where is_active and (coupon_code is null or coupon_code = any (${codes}))
       and (valid_from is null or valid_from <= ${at}) and (valid_until is null or valid_until > ${at})`
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    effect: row.effect,
    skus: row.skus ?? undefined,
    minSubtotal: row.min_subtotal ?? undefined,
    isStackable: row.is_stackable,
    priority: row.priority,
    couponCode: row.coupon_code ?? undefined,
    isCounted: row.is_counted,
    isExhausted: row.is_exhausted,
    isCappedByCustomer: row.is_capped_by_customer,
  }))
}

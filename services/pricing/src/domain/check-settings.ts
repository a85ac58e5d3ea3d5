import type { NewPromotion, NewPriceList, Price, ShippingCharge } from '@stoa/contracts/pricing/resources'
import { isCurrency, type FieldError, type Money } from '@stoa/kernel'

/** What keeps a price list from ever holding. */
export function wrongOfPriceList(list: NewPriceList): FieldError[] {
  return [...wrongCurrency(list.currency, '/currency'), ...wrongDates(list)]
}

/** What is wrong with the prices of a SKU: each quantity has one. */
export function wrongOfBreaks(breaks: Price['breaks']): FieldError[] {
  const quantities = breaks.map(({ fromQuantity }) => fromQuantity)
  return quantities.flatMap((quantity, index) =>
    quantities.indexOf(quantity) < index
      ? [{ pointer: `/breaks/${index}/fromQuantity`, detail: 'has another price in the same list' }]
      : [],
  )
}

/** What keeps a promotion from ever taking something off. */
export function wrongOfPromotion(promotion: NewPromotion, knownSkus: ReadonlySet<string>): FieldError[] {
  const { effect, minSubtotal, skus = [] } = promotion
  const fixed = effect.kind === 'fixed' ? effect.amount : undefined
  const takesNothing =
    (effect.kind === 'percentage' && effect.basisPoints === 0) ||
    (effect.kind === 'fixed' && effect.amount.amount === 0)
  return [
    ...(takesNothing ? [{ pointer: '/effect', detail: 'must reduce the price' }] : []),
    ...wrongMoney(fixed, '/effect/amount'),
    ...wrongMoney(minSubtotal, '/minSubtotal'),
    ...mixed(minSubtotal, fixed, '/minSubtotal/currency'),
    ...wrongDates(promotion),
    ...skus.flatMap((sku, index) =>
      knownSkus.has(sku) ? [] : [{ pointer: `/skus/${index}`, detail: 'is not the SKU of a product' }],
    ),
  ]
}

/** What is wrong with a shipping charge: it is in one currency, which exists. */
export function wrongOfCharge({ charge, freeFrom }: Pick<ShippingCharge, 'charge' | 'freeFrom'>): FieldError[] {
  return [...wrongMoney(charge, '/charge'), ...mixed(freeFrom, charge, '/freeFrom/currency')]
}

function wrongMoney(value: Money | undefined, pointer: string): FieldError[] {
  return value === undefined ? [] : wrongCurrency(value.currency, `${pointer}/currency`)
}

function wrongCurrency(currency: string, pointer: string): FieldError[] {
  return isCurrency(currency) ? [] : [{ pointer, detail: 'is not a currency of ISO 4217' }]
}

function mixed(value: Money | undefined, other: Money | undefined, pointer: string): FieldError[] {
  if (value === undefined || other === undefined || value.currency === other.currency) return []
  return [{ pointer, detail: `must be ${other.currency}, like the other amount` }]
}

function wrongDates({
  validFrom,
  validUntil,
}: {
  readonly validFrom?: string | undefined
  readonly validUntil?: string | undefined
}): FieldError[] {
  if (validFrom === undefined || validUntil === undefined) return []
  const isEmpty = Temporal.Instant.compare(validUntil, validFrom) <= 0
  return isEmpty ? [{ pointer: '/validUntil', detail: 'must be later than validFrom' }] : []
}

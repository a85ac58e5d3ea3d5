import type { FieldError } from '@stoa/kernel'
import type { Units } from './records.ts'
import { sameUnits } from './units.ts'

/** What a quote prices. */
export interface Quoted {
  readonly lines: readonly Units[]
  readonly region: string
  readonly couponCodes: readonly string[]
  readonly shippingMethod: string
  readonly currency: string
}

/** The values of an order that must match its quote; omitted values are those of the quote. */
export interface Ordered {
  readonly items: readonly Units[]
  readonly country: string
  readonly couponCodes: readonly string[] | undefined
  readonly shippingMethod: string | undefined
  readonly currency: string | undefined
}

/** Returns each field of an order that differs from its quote. */
export function findMismatches(quote: Quoted, order: Ordered): FieldError[] {
  const { couponCodes = quote.couponCodes, shippingMethod = quote.shippingMethod, currency = quote.currency } = order
  const fields: FieldError[] = []
  if (!sameUnits(quote.lines, order.items))
    fields.push({ pointer: '/items', detail: 'differ from the items of the quote' })
  if (quote.region !== order.country)
    fields.push({ pointer: '/shippingAddress/country', detail: `the quote is for ${quote.region}` })
  if (!sameCodes(quote.couponCodes, couponCodes))
    fields.push({ pointer: '/couponCodes', detail: 'differ from the codes of the quote' })
  if (quote.shippingMethod !== shippingMethod)
    fields.push({ pointer: '/shippingMethod', detail: `the quote is for ${quote.shippingMethod}` })
  if (quote.currency !== currency) fields.push({ pointer: '/quoteId', detail: `is a quote in ${quote.currency}` })
  return fields
}

/** Ignoring order and case. */
function sameCodes(quoted: readonly string[], wanted: readonly string[]): boolean {
  const codesOf = (codes: readonly string[]) => new Set(codes.map((code) => code.toUpperCase()))
  return codesOf(quoted).symmetricDifference(codesOf(wanted)).size === 0
}

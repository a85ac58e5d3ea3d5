import { allocate, money, multiplyRate, subtractMoney, sumMoney, type Money } from '@stoa/kernel'
import type { BasketLine, BasketPromotion, LineDiscount } from './basket.ts'

/** A line while promotions are taken off it. */
export interface OpenLine {
  readonly line: BasketLine
  readonly listPrice: Money
  readonly listTotal: Money
  left: Money
  readonly discounts: LineDiscount[]
}

/**
 * Takes promotions off the lines, the smallest priority first. One that does not stack applies only when nothing has
 * before it, and then nothing does after it. No line falls below zero.
 */
export function applyPromotions(lines: readonly OpenLine[], promotions: readonly BasketPromotion[], currency: string) {
  const applied: string[] = []
  let isShippingFree = false
  let isClosed = false
  for (const promotion of promotions.toSorted((a, b) => a.priority - b.priority || a.id.localeCompare(b.id))) {
    if (isClosed || (!promotion.isStackable && applied.length > 0)) continue
    if (!hasSubtotal(lines, promotion, currency)) continue
    const isShipping = promotion.effect.kind === 'free_shipping'
    if (isShipping) isShippingFree = true
    else if (!takeOff(lines, promotion, currency)) continue
    applied.push(promotion.id)
    isClosed = !promotion.isStackable
  }
  return { isShippingFree, applied }
}

function hasSubtotal(lines: readonly OpenLine[], { minSubtotal }: BasketPromotion, currency: string): boolean {
  if (minSubtotal === undefined) return true
  const subtotal = sumMoney(
    lines.map((line) => line.listTotal),
    currency,
  )
  return minSubtotal.currency === currency && subtotal.amount >= minSubtotal.amount
}

/** Takes a promotion off the lines it is for; false when that came to nothing. */
function takeOff(lines: readonly OpenLine[], promotion: BasketPromotion, currency: string): boolean {
  const meant = lines.filter(({ line, left }) => left.amount > 0 && (promotion.skus?.includes(line.sku) ?? true))
  const amounts = amountsOf(meant, promotion, currency)
  let hasTaken = false
  for (const [index, open] of meant.entries()) {
    const amount = Math.min(amounts[index] ?? 0, open.left.amount)
    if (amount <= 0) continue
    const taken = money(amount, currency)
    open.left = subtractMoney(open.left, taken)
    open.discounts.push({ promotionId: promotion.id, name: promotion.name, amount: taken })
    hasTaken = true
  }
  return hasTaken
}

function amountsOf(lines: readonly OpenLine[], { effect }: BasketPromotion, currency: string): number[] {
  switch (effect.kind) {
    case 'percentage':
      return lines.map(({ left }) => multiplyRate(left, effect.basisPoints).amount)
    case 'fixed': {
      const total = sumMoney(
        lines.map(({ left }) => left),
        currency,
      )
      if (effect.amount.currency !== currency || total.amount === 0) return []
      const amount = money(Math.min(effect.amount.amount, total.amount), currency)
      return allocate(
        amount,
        lines.map(({ left }) => left.amount),
      ).map((part) => part.amount)
    }
    case 'buy_x_get_y':
      return lines.map(
        ({ line, listPrice }) =>
          Math.floor(line.quantity / (effect.buy + effect.free)) * effect.free * listPrice.amount,
      )
    case 'free_shipping':
      return []
  }
}

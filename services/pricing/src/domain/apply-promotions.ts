import { allocate, money, type Money } from '@stoa/kernel'
import type { BasketPromotion } from './basket.ts'
import { less, scale } from './fraction.ts'
import { leftOf, type OpenLine } from './open-line.ts'

/** What promotions are taken off: the list value of the goods, tax included, and what shipping costs without them. */
export interface Reducible {
  readonly lines: readonly OpenLine[]
  readonly subtotal: Money
  readonly shipping: Money
}

/**
 * Takes promotions off the lines, the smallest priority first, and off shipping. One that does not stack applies only
 * when nothing has before it, and then nothing does after it; one that takes nothing off has not applied. Percentages
 * and free units multiply exactly, so their order does not change what is paid; no line falls below zero.
 */
export function applyPromotions(basket: Reducible, promotions: readonly BasketPromotion[]) {
  const applied: string[] = []
  let { shipping } = basket
  for (const promotion of promotions.toSorted((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))) {
    if (!promotion.isStackable && applied.length > 0) continue
    if (!hasSubtotal(basket.subtotal, promotion)) continue
    if (promotion.effect.kind === 'free_shipping') {
      if (shipping.amount === 0) continue
      shipping = money(0, shipping.currency)
    } else if (!takeOff(basket.lines, promotion, basket.subtotal.currency)) continue
    applied.push(promotion.id)
    if (!promotion.isStackable) break
  }
  return { shipping, applied }
}

function hasSubtotal(subtotal: Money, { minSubtotal }: BasketPromotion): boolean {
  if (minSubtotal === undefined) return true
  return minSubtotal.currency === subtotal.currency && subtotal.amount >= minSubtotal.amount
}

/** Takes a promotion off the lines it is for; false when that came to nothing. */
function takeOff(lines: readonly OpenLine[], promotion: BasketPromotion, currency: string): boolean {
  const meant = lines.filter(({ line }) => promotion.skus?.includes(line.sku) ?? true)
  const before = meant.map((open) => ({ open, left: open.left, amount: leftOf(open) }))
  reduce(meant, promotion, currency)
  let hasTaken = false
  for (const { open, amount } of before) {
    const taken = amount - leftOf(open)
    if (taken === 0) continue
    open.discounts.push({ promotionId: promotion.id, name: promotion.name, amount: money(taken, currency) })
    hasTaken = true
  }
  // Less than half a minor unit of one that stacks counts with the next; one that stands alone leaves nothing behind.
  if (!hasTaken && !promotion.isStackable) for (const { open, left } of before) open.left = left
  return hasTaken
}

function reduce(lines: readonly OpenLine[], { effect }: BasketPromotion, currency: string): void {
  switch (effect.kind) {
    case 'percentage':
      for (const open of lines) open.left = scale(open.left, 10_000 - effect.basisPoints, 10_000)
      return
    case 'buy_x_get_y':
      for (const open of lines) {
        const { quantity } = open.line
        const free = Math.floor(quantity / (effect.buy + effect.free)) * effect.free
        open.left = scale(open.left, quantity - free, quantity)
      }
      return
    case 'fixed': {
      const left = lines.map(leftOf)
      const total = left.reduce((sum, amount) => sum + amount, 0)
      if (effect.amount.currency !== currency || total === 0) return
      const parts = allocate(money(Math.min(effect.amount.amount, total), currency), left)
      for (const [index, open] of lines.entries()) open.left = less(open.left, parts[index]?.amount ?? 0)
      return
    }
    case 'free_shipping':
  }
}

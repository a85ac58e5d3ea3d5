import type { Money } from '@stoa/kernel'

/** What of an order its points depend on. */
export interface PurchasedLine {
  readonly sku: string
  readonly quantity: number
  /** In minor units. */
  readonly amount: number
}

/** What came back of an order in one parcel. */
export interface ReturnedGoods {
  readonly isAll: boolean
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** One point for each whole unit of the currency, whatever it is divided into. */
export function pointsFor({ amount, currency }: Money): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  return Math.max(0, Math.floor(amount / 10 ** maximumFractionDigits))
}

/** How many of an order's points remain after these returns: as great a part as was kept of the goods' worth, rounded down. */
export function remainingPoints(
  points: number,
  lines: readonly PurchasedLine[],
  returns: readonly ReturnedGoods[],
): number {
  if (returns.some((parcel) => parcel.isAll)) return 0
  const back = new Map<string, number>()
  for (const { sku, quantity } of returns.flatMap((parcel) => parcel.lines)) {
    back.set(sku, (back.get(sku) ?? 0) + quantity)
  }
  const worth = lines.reduce((sum, line) => sum + line.amount, 0)
  let kept = 0
  for (const { sku, quantity, amount } of lines) {
    const returned = Math.min(quantity, back.get(sku) ?? 0)
    back.set(sku, (back.get(sku) ?? 0) - returned)
    kept += amount - Math.round((amount * returned) / quantity)
  }
  return worth <= 0 ? points : Number((BigInt(points) * BigInt(kept)) / BigInt(worth))
}

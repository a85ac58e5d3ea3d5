/** What is asked for, in one line of several. */
export interface WantedLine {
  readonly sku: string
  readonly quantity: number
}

/** The units of one SKU, and the first line (from 0) that asks for them. */
export interface WantedUnits extends WantedLine {
  readonly index: number
}

/** The units of each SKU, however many lines ask for them. */
export function unitsOf(items: readonly WantedLine[]): WantedUnits[] {
  const bySku = new Map<string, WantedUnits>()
  for (const [index, { sku, quantity }] of items.entries()) {
    const known = bySku.get(sku)
    bySku.set(sku, { sku, index: known?.index ?? index, quantity: quantity + (known?.quantity ?? 0) })
  }
  return [...bySku.values()]
}

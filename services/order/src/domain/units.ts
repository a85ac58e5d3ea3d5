import type { Units } from './records.ts'

/** Sums units by SKU, without zeros. */
export function unitsBySku(lines: readonly Units[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return new Map([...sums].filter(([, quantity]) => quantity !== 0))
}

/** Returns whether two lists have the same units of each SKU, regardless of their lines. */
export function sameUnits(one: readonly Units[], other: readonly Units[]): boolean {
  const [a, b] = [unitsBySku(one), unitsBySku(other)]
  return a.size === b.size && [...a].every(([sku, quantity]) => b.get(sku) === quantity)
}

const mostSkus = 10

/** Units in words: `2 × TEA-GREEN-100, 1 × CUP`; of more than ten SKUs only how many there are. */
export function unitsInWords(lines: readonly Units[]): string {
  const sums = [...unitsBySku(lines)]
  if (sums.length === 0) return 'nothing'
  if (sums.length > mostSkus) return `${sums.length} SKUs`
  return sums.map(([sku, quantity]) => `${quantity} × ${sku}`).join(', ')
}

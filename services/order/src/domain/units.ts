import type { Units } from './books.ts'

/** Units summed by SKU, those of none left out. */
export function unitsBySku(lines: readonly Units[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return new Map([...sums].filter(([, quantity]) => quantity !== 0))
}

/** Whether two lists come to the same units of each SKU, in however many lines. */
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

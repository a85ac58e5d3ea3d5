import type { Units } from './books.ts'
import { sameUnits } from './units.ts'

/** Whether a quote prices exactly what is ordered, in however many lines. */
export function isQuoteFor(quoted: readonly Units[], wanted: readonly Units[]): boolean {
  return sameUnits(quoted, wanted)
}

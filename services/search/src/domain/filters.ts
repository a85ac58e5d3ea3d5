/** The conditions on each facet; of one facet, one of the values must match. */
export interface Filters {
  readonly categories: readonly string[]
  readonly tags: readonly string[]
  readonly prices: readonly PriceRange[]
}

/** A range of prices in minor units; both ends belong to it. */
export interface PriceRange {
  readonly from: number
  readonly to: number | undefined
}

/** The bands in which the price facet counts. */
export const priceBands: readonly PriceRange[] = [
  { from: 0, to: 499 },
  { from: 500, to: 999 },
  { from: 1_000, to: 1_999 },
  { from: 2_000, to: 4_999 },
  { from: 5_000, to: undefined },
]

/** Reads filters that match their schema. */
export function parseFilters(filters: readonly string[]): Filters {
  const valuesOf = (facet: string) =>
    filters.filter((each) => each.startsWith(`${facet}:`)).map((each) => each.slice(facet.length + 1))
  const prices = valuesOf('price').map((range): PriceRange => {
    const [from = '', to = ''] = range.split('..')
    return { from: Number(from), to: to === '' ? undefined : Number(to) }
  })
  return { categories: valuesOf('category'), tags: valuesOf('tag'), prices }
}

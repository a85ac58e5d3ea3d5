/** So many items of a list, evenly spread, the first and the last among them. */
export function every<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, (items.length - 1) / (count - 1))
  return items.filter(
    (_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step) || index === items.length - 1,
  )
}

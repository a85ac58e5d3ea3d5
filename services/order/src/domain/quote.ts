interface RequestedLine {
  readonly sku: string
  readonly quantity: number
}

/** Whether a quote prices exactly what is ordered, in however many lines. */
export function isQuoteFor(quoted: readonly RequestedLine[], wanted: readonly RequestedLine[]): boolean {
  const asked = totalsBySku(wanted)
  const priced = totalsBySku(quoted)
  return asked.size === priced.size && [...asked].every(([sku, quantity]) => priced.get(sku) === quantity)
}

function totalsBySku(lines: readonly RequestedLine[]): Map<string, number> {
  const totals = new Map<string, number>()
  for (const { sku, quantity } of lines) totals.set(sku, (totals.get(sku) ?? 0) + quantity)
  return totals
}

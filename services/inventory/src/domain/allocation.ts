/** How many of a SKU. */
export interface Quantity {
  readonly sku: string
  readonly quantity: number
}

/** How many of a SKU out of which warehouse. */
export interface StockLine extends Quantity {
  readonly warehouseId: string
}

/** The available quantity of a SKU in a warehouse. */
export interface Shelf {
  readonly sku: string
  readonly warehouseId: string
  /** On hand and not reserved; negative while more is promised than there is. */
  readonly available: number
  readonly isBackorderAllowed: boolean
  /** From the address. */
  readonly distanceKm: number
}

export type Allocation =
  | { readonly kind: 'allocated'; readonly lines: readonly StockLine[] }
  | { readonly kind: 'short'; readonly sku: string; readonly left: number }

/** Merges lines of the same SKU, in the order of their first occurrence. */
export function sumBySku(lines: readonly Quantity[]): Quantity[] {
  const quantities = new Map<string, number>()
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity)
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }))
}

/**
 * Allocates the requested quantities to warehouses, all or none. The nearest warehouses are used first; of several at the same distance,
 * as few as possible. Missing units are backordered from the nearest warehouse that allows it.
 */
export function allocate(wanted: readonly Quantity[], shelves: readonly Shelf[]): Allocation {
  for (const { sku, quantity } of wanted) {
    const ofSku = shelves.filter((shelf) => shelf.sku === sku)
    const left = ofSku.reduce((sum, { available }) => sum + Math.max(0, available), 0)
    if (left < quantity && !ofSku.some((shelf) => shelf.isBackorderAllowed)) return { kind: 'short', sku, left }
  }
  const missing = new Map(wanted.map(({ sku, quantity }) => [sku, quantity]))
  const taken = new Map<string, StockLine>()
  const take = ({ sku, warehouseId }: Shelf, quantity: number) => {
    if (quantity <= 0) return
    const place = `${sku} ${warehouseId}`
    taken.set(place, { sku, warehouseId, quantity: quantity + (taken.get(place)?.quantity ?? 0) })
    missing.set(sku, (missing.get(sku) ?? 0) - quantity)
  }
  const nearestFirst = groupByDistance(shelves)
  for (const asNear of nearestFirst) {
    for (const warehouse of fewestWarehouses(missing, asNear)) {
      for (const shelf of warehouse) take(shelf, Math.min(missing.get(shelf.sku) ?? 0, shelf.available))
    }
  }
  for (const asNear of nearestFirst) {
    for (const shelf of asNear) if (shelf.isBackorderAllowed) take(shelf, missing.get(shelf.sku) ?? 0)
  }
  return { kind: 'allocated', lines: [...taken.values()] }
}

function groupByDistance(shelves: readonly Shelf[]): Shelf[][] {
  const byDistance = Map.groupBy(shelves, (shelf) => shelf.distanceKm)
  return [...byDistance].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

type Missing = ReadonlyMap<string, number>
type Warehouse = readonly Shelf[]

// With more warehouses, trying every combination would take too long; they are then ordered by their available quantity.
const mostTriedWarehouses = 10

/** Returns the smallest set of these warehouses that can supply as many of the missing units as all of them. */
function fewestWarehouses(missing: Missing, shelves: readonly Shelf[]): Warehouse[] {
  const useful = shelves.filter(({ sku, available }) => available > 0 && (missing.get(sku) ?? 0) > 0)
  const warehouses = [...Map.groupBy(useful, (shelf) => shelf.warehouseId).values()].sort(
    (a, b) => unitsOf(missing, [b]) - unitsOf(missing, [a]),
  )
  if (warehouses.length < 2 || warehouses.length > mostTriedWarehouses) return warehouses
  const most = unitsOf(missing, warehouses)
  for (let count = 1; count < warehouses.length; count += 1) {
    for (const some of combinations(warehouses, count)) if (unitsOf(missing, some) === most) return some
  }
  return warehouses
}

/** Returns how many of the missing units these warehouses can supply together. */
function unitsOf(missing: Missing, warehouses: readonly Warehouse[]): number {
  const available = new Map<string, number>()
  for (const shelf of warehouses.flat()) available.set(shelf.sku, (available.get(shelf.sku) ?? 0) + shelf.available)
  let units = 0
  for (const [sku, left] of available) units += Math.min(left, missing.get(sku) ?? 0)
  return units
}

function* combinations<Item>(items: readonly Item[], count: number, from = 0): Generator<Item[]> {
  if (count === 0) yield []
  for (const [index, item] of items.entries()) {
    if (count === 0 || index < from) continue
    for (const rest of combinations(items, count - 1, index + 1)) yield [item, ...rest]
  }
}

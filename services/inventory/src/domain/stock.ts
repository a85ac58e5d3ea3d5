/** The stock of a SKU in a warehouse. */
export interface StockLevel {
  readonly onHand: number
  readonly reserved: number
  readonly reorderPoint: number
  readonly isBackorderAllowed: boolean
}

/** The manual changes of a stock; omitted values do not change. */
export interface Adjustment {
  readonly delta: number
  readonly reorderPoint?: number | undefined
  readonly backorderAllowed?: boolean | undefined
}

/** What can still be sold; negative while more is promised than there is. */
export function availableOf({ onHand, reserved }: Pick<StockLevel, 'onHand' | 'reserved'>): number {
  return onHand - reserved
}

/** Returns the stock after an adjustment; undefined if it would be less than the reserved quantity. */
export function adjust(
  level: StockLevel,
  { delta, reorderPoint, backorderAllowed }: Adjustment,
): StockLevel | undefined {
  const adjusted = {
    ...level,
    onHand: level.onHand + delta,
    reorderPoint: reorderPoint ?? level.reorderPoint,
    isBackorderAllowed: backorderAllowed ?? level.isBackorderAllowed,
  }
  return availableOf(adjusted) >= 0 || adjusted.isBackorderAllowed ? adjusted : undefined
}

/** Whether a change is the one with which the reorder point was crossed downwards. */
export function hasRunLow(before: StockLevel, after: StockLevel): boolean {
  return availableOf(before) >= before.reorderPoint && availableOf(after) < after.reorderPoint
}

/** Measures in points; A4 is 595 by 842. */
export const page = { left: 56, right: 539, top: 56, bottom: 770, footer: 786 } as const
export const width = page.right - page.left

/** A column of the table. */
export interface Column {
  readonly x: number
  readonly width: number
  readonly align: 'left' | 'right'
}

/** The columns of the table: day, product, orders, units, revenue. */
export const columns: readonly Column[] = [
  { x: page.left, width: 70, align: 'left' },
  { x: page.left + 74, width: 200, align: 'left' },
  { x: page.left + 278, width: 48, align: 'right' },
  { x: page.left + 330, width: 48, align: 'right' },
  { x: page.left + 382, width: width - 382, align: 'right' },
]

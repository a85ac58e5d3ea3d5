/** Measures in points; A4 is 595 by 842. */
export const page = { left: 56, right: 539, top: 56, bottom: 770, footer: 786 } as const
export const width = page.right - page.left

/** A column of the table of lines. */
export interface Column {
  readonly x: number
  readonly width: number
  readonly align: 'left' | 'right'
}

const gap = 8

/** The columns of the table of lines: item, quantity, net, rate, tax, total. */
export const columns: readonly Column[] = columnsOf([146, 46, 76, 52, 76, 87])

/** The columns of the sums of each tax rate: rate, net, tax. */
export const taxColumns: readonly Column[] = columnsOf([62, 84, 84])

function columnsOf(widths: readonly number[]): Column[] {
  return widths.map((each, index) => ({
    x: page.left + widths.slice(0, index).reduce((sum, before) => sum + before, 0),
    width: each - (index === 0 ? gap : 0),
    align: index === 0 ? 'left' : 'right',
  }))
}

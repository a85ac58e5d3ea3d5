import type { MartColumn } from '@stoa/contracts/shared/mart-query'

/** The inside of a page, in points. */
export interface Page {
  readonly layout: 'portrait' | 'landscape'
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly footer: number
}

const margin = 48

/** A4 upright, 595 by 842 points. */
export const portrait: Page = { layout: 'portrait', ...inside(595, 842) }
/** A4 across. */
export const landscape: Page = { layout: 'landscape', ...inside(842, 595) }

function inside(width: number, height: number) {
  return { left: margin, right: width - margin, top: margin, bottom: height - 68, footer: height - 46 }
}

/** A column of the table. */
export interface TableColumn {
  readonly x: number
  readonly width: number
  readonly align: 'left' | 'right'
}

/** A table that fits on the page. */
export interface TableLayout {
  readonly page: Page
  readonly fontSize: number
  readonly columns: readonly TableColumn[]
}

const gap = 8
const smallestText = 56
// a text as wide as its column would be broken
const slack = 0.5

/** What a column needs: the width of its longest number, or of its longest word, and of its longest text. */
export interface Need {
  readonly type: MartColumn['type']
  /** At a font size of 1. */
  readonly unbroken: number
  readonly whole: number
}

/**
 * Lays out a table: numbers and days are never broken, texts share what is left and are wrapped. Takes the page across, then smaller
 * letters, if the columns need it.
 */
export function layOut(needs: readonly Need[]): TableLayout {
  for (const [page, fontSize] of sizes) {
    const columns = columnsOn(page, fontSize, needs)
    if (columns !== undefined) return { page, fontSize, columns }
  }
  // so many columns that even numbers are wrapped
  const each = (landscape.right - landscape.left + gap) / needs.length
  const columns = needs.map(({ type }, index) => ({
    x: landscape.left + index * each,
    width: each - gap,
    align: alignOf(type),
  }))
  return { page: landscape, fontSize: 5.5, columns }
}

const sizes: readonly (readonly [Page, number])[] = [
  [portrait, 9],
  [portrait, 8],
  [landscape, 9],
  [landscape, 8],
  [landscape, 7],
  [landscape, 6],
]

function columnsOn(page: Page, fontSize: number, needs: readonly Need[]): TableColumn[] | undefined {
  const room = page.right - page.left - gap * (needs.length - 1)
  const least = needs.map(({ type, unbroken, whole }) => {
    if (type !== 'text') return unbroken * fontSize + slack
    return Math.min(Math.max(unbroken * fontSize, smallestText), Math.max(whole * fontSize, 24)) + slack
  })
  const spare = room - least.reduce((sum, each) => sum + each, 0)
  if (spare < 0) return undefined
  const wanted = needs.map(({ type, whole }, index) =>
    type === 'text' ? Math.max(0, whole * fontSize - (least[index] ?? 0)) : 0,
  )
  const allWanted = wanted.reduce((sum, each) => sum + each, 0)
  const given = allWanted === 0 ? 0 : Math.min(1, spare / allWanted)
  const widths = least.map((width, index) => width + (wanted[index] ?? 0) * given)
  let x = page.left
  return needs.map(({ type }, index) => {
    const column = { x, width: widths[index] ?? 0, align: alignOf(type) }
    x += column.width + gap
    return column
  })
}

function alignOf(type: MartColumn['type']): 'left' | 'right' {
  return type === 'integer' || type === 'money' ? 'right' : 'left'
}

import type { KeyboardEvent, ReactNode } from 'react'

/** A column of a table; the first one identifies the row and links to it. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
  /** Left out on narrow screens. */
  readonly isDetail?: boolean
  readonly isClipped?: boolean
}

interface TableProps<Row> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
}

/** A table whose rows the arrow keys move through; Enter opens the link of the row. */
export function DataTable<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div className="table-frame" role="region" aria-label={caption} tabIndex={-1}>
      <table className="table" onKeyDown={moveByArrows}>
        <caption className="mantine-visually-hidden" hidden>
          {caption}
        </caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber, isDetail }) => (
              <th key={title} scope="col" className={classOf({ isNumber, isDetail })}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface Look {
  readonly isNumber?: boolean | undefined
  readonly isDetail?: boolean | undefined
  readonly isClipped?: boolean | undefined
}

function classOf({ isNumber, isDetail, isClipped }: Look): string {
  return [isNumber === true && 'number', isDetail === true && 'detail', isClipped === true && 'clip']
    .filter(Boolean)
    .join(' ')
}

function moveByArrows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('tbody tr td:first-child a')]
  const row = (event.target as Element).closest('tr')
  const current = links.findIndex((link) => link.closest('tr') === row)
  const next = links[current + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

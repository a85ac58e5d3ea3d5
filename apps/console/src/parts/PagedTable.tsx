import type { ReactNode } from 'react'
import { DataTable, type Column } from './DataTable.tsx'
import { Pager } from './Pager.tsx'

/** The part of a search that chooses the page. */
interface PageSearch {
  readonly cursor?: string
}

interface PagedTableProps<Row extends { readonly id: string }, Search extends PageSearch> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly page: { readonly items: readonly Row[]; readonly nextCursor?: string }
  readonly cursor: string | undefined
  /** The navigation of the page: another cursor leaves the filters as they are. */
  readonly navigate: (to: { readonly search: (search: Search) => Search }) => Promise<void>
  /** What is shown instead of a table without rows. */
  readonly empty: ReactNode
}

/** A list that is read page by page, whose page is in the address. */
export function PagedTable<Row extends { readonly id: string }, Search extends PageSearch>(
  props: PagedTableProps<Row, Search>,
) {
  const { caption, columns, page, cursor, navigate, empty } = props
  if (page.items.length === 0) return empty
  return (
    <>
      <DataTable caption={caption} columns={columns} rows={page.items} keyOf={({ id }) => id} />
      <Pager
        cursor={cursor}
        nextCursor={page.nextCursor}
        onPage={(next) => void navigate({ search: (search) => atCursor(search, next) })}
      />
    </>
  )
}

function atCursor<Search extends PageSearch>({ cursor: _, ...rest }: Search, next: string | undefined): Search {
  return (next === undefined ? rest : { ...rest, cursor: next }) as Search
}

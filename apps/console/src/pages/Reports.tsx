import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { reports, type ShownReport } from '../api/reports.ts'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { ReportFiles } from '../parts/ReportFiles.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { count } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/reports')

const columns: readonly Column<ShownReport>[] = [
  {
    title: 'Report',
    isClipped: true,
    cell: ({ id, title }) => (
      <Link to="/reports/$id" params={{ id }} title={title}>
        {title}
      </Link>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateChip state={state} /> },
  { title: 'Requested', isDetail: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Rows',
    isNumber: true,
    isDetail: true,
    cell: ({ rowCount }) => (rowCount === undefined ? '' : count(rowCount)),
  },
  { title: 'Files', cell: (report) => <ReportFiles report={report} /> },
]

/** The reports, newest first, with their files. */
export function Reports() {
  const { cursor } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery({
    queryKey: ['reports', cursor],
    queryFn: async ({ signal }) =>
      (await reports.listReports({ query: { limit: 50, ...(cursor && { cursor }) }, signal })).body,
    placeholderData: keepPreviousData,
    // further pages stay as they are while someone reads them
    refetchInterval: cursor === undefined ? 5_000 : false,
  })
  return (
    <Page title="Reports">
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Reports"
            columns={columns}
            page={page}
            cursor={cursor}
            navigate={navigate}
            empty={
              <Empty title="No reports">Reports appear here when they are requested, or when a schedule is due.</Empty>
            }
          />
        )}
      </Result>
    </Page>
  )
}

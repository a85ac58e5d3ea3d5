import type { Silence } from '@stoa/contracts/monitoring/alert-resources'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { alerts } from '../api/alerts.ts'
import { conditionsOf } from '../state/alert-actions.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'
import { EndSilence } from '../parts/AlertActions.tsx'
import { AlertTabs } from '../parts/AlertTabs.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Person } from '../parts/Person.tsx'
import { Empty, Result } from '../parts/Result.tsx'

const route = getRouteApi('/alerts/silences')

const columns: readonly Column<Silence>[] = [
  {
    title: 'Alerts with',
    cell: ({ matchers, comment, endsAt }) => (
      <>
        <span className="mono anywhere">{conditionsOf(matchers)}</span>
        <div className="second-line quiet">
          {comment}
          <br />
          until <Time at={endsAt} />
        </div>
      </>
    ),
  },
  { title: 'Reason', isDetail: true, isClipped: true, cell: ({ comment }) => <span title={comment}>{comment}</span> },
  { title: 'By', isDetail: true, cell: ({ createdBy }) => <Person id={createdBy} /> },
  { title: 'Until', isDetail: true, cell: ({ endsAt }) => <Time at={endsAt} /> },
]

/** The silences in force, the newest first. */
export function Silences() {
  const { cursor } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const query = useQuery({
    queryKey: ['silences', cursor],
    queryFn: async ({ signal }) =>
      (await alerts.listSilences({ query: { limit: 50, ...(cursor && { cursor }) }, signal })).body,
    refetchInterval: cursor === undefined ? 5_000 : false,
  })
  const end: Column<Silence> = { title: 'Action', cell: (silence) => <EndSilence silence={silence} /> }
  return (
    <Page title="Silences">
      <AlertTabs />
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Silences"
            columns={can('alert:manage') ? [...columns, end] : columns}
            page={page}
            cursor={cursor}
            navigate={navigate}
            empty={
              <Empty title="No silences">
                A silence holds back the notifications of alerts. It is made from an alert.
              </Empty>
            }
          />
        )}
      </Result>
    </Page>
  )
}

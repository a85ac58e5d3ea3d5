import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { alerts, alertStates, type Alert } from '../api/alerts.ts'
import { servicesQuery } from '../api/system.ts'
import { AlertActions } from '../parts/AlertActions.tsx'
import { AlertTabs } from '../parts/AlertTabs.tsx'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/alerts')

const severities = ['page', 'ticket'] as const

/** The alerts, those that began last first. */
export function Alerts() {
  return (
    <Page title="Alerts">
      <AlertTabs />
      <AlertList />
    </Page>
  )
}

function AlertList() {
  const { state, severity, service, cursor } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const services = useQuery({ ...servicesQuery, enabled: can('ops') })
  const known = alertStates.find((each) => each === state)
  const query = useQuery({
    queryKey: ['alerts', known, severity, service, cursor],
    queryFn: async ({ signal }) => {
      const filter = { ...(known && { state: known }), ...(severity && { severity }), ...(service && { service }) }
      return (await alerts.listAlerts({ query: { limit: 50, ...filter, ...(cursor && { cursor }) }, signal })).body
    },
    placeholderData: keepPreviousData,
    // further pages stay as they are while someone reads them
    refetchInterval: cursor === undefined ? 5_000 : false,
  })
  const set = (name: 'state' | 'severity' | 'service') => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _, cursor: __, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
    })
  const names = [...new Set([...(services.data ?? []).map((each) => each.service), ...(service ? [service] : [])])]
  return (
    <>
      <div className="filters">
        <Choice label="State" all="Pending and firing" value={known} options={alertStates} onChange={set('state')} />
        <Choice label="Severity" value={severity} options={severities} onChange={set('severity')} />
        <Choice label="Service" value={service} options={names} onChange={set('service')} />
      </div>
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Alerts"
            columns={columns}
            page={page}
            cursor={cursor}
            navigate={navigate}
            empty={<Nothing state={known} isFiltered={severity !== undefined || service !== undefined} />}
          />
        )}
      </Result>
    </>
  )
}

const columns: readonly Column<Alert>[] = [
  {
    title: 'Alert',
    cell: ({ id, name, summary }) => (
      <>
        <Link to="/alerts/$id" params={{ id }} className="nowrap">
          {name}
        </Link>
        <div className="second-line quiet">{summary}</div>
      </>
    ),
  },
  { title: 'State', cell: (alert) => <AlertState alert={alert} /> },
  { title: 'Severity', isDetail: true, cell: ({ severity }) => severity },
  { title: 'Summary', isDetail: true, isClipped: true, cell: ({ summary }) => <span title={summary}>{summary}</span> },
  { title: 'Since', isDetail: true, cell: ({ activeAt }) => <Time at={activeAt} /> },
  { title: 'Actions', isDetail: true, cell: (alert) => <AlertActions alert={alert} size="xs" /> },
]

/** The state of an alert, with who takes care of it and whether anyone is notified. */
function AlertState({ alert: { state, acknowledgedAt, silencedUntil } }: { readonly alert: Alert }) {
  return (
    <span className="row tight">
      <StateChip state={state} />
      {acknowledgedAt !== undefined && <span className="quiet">acknowledged</span>}
      {silencedUntil !== undefined && <StateChip state="silenced" />}
    </span>
  )
}

interface NothingProps {
  readonly state: Alert['state'] | undefined
  readonly isFiltered: boolean
}

function Nothing({ state, isFiltered }: NothingProps) {
  if (isFiltered || state === 'pending' || state === 'firing')
    return (
      <Empty title="No alert matches">
        <Link to="/alerts" search={{}}>
          Clear the filters
        </Link>
      </Empty>
    )
  if (state === 'resolved')
    return (
      <Empty title="No resolved alerts">
        Alerts whose condition holds no longer appear here, for ALERT_RETENTION_DAYS.
      </Empty>
    )
  return (
    <Empty title="No alerts">
      <p>Alerts whose condition holds appear here: pending first, then firing.</p>
      <Link to="/alerts" search={{ state: 'resolved' }}>
        Show resolved alerts
      </Link>
    </Empty>
  )
}

import { gatewayEndpoints, type TraceSummary } from '@stoa/contracts/gateway/operating'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { operate } from '../api/operate.ts'
import { servicesQuery } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { duration } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/traces')

const columns: readonly Column<TraceSummary>[] = [
  {
    title: 'Operation',
    isClipped: true,
    cell: ({ traceId, name }) => (
      <Link to="/traces/$id" params={{ id: traceId }} title={name}>
        {name}
      </Link>
    ),
  },
  { title: 'Began', isDetail: true, cell: ({ startMs }) => <Time at={startMs} /> },
  { title: 'Service', isDetail: true, cell: ({ service }) => service },
  { title: 'Duration', isNumber: true, cell: ({ durationMs }) => duration(durationMs) },
  {
    title: 'Errors',
    cell: ({ errors }) =>
      errors === 0 ? '' : <StateChip state="failed" label={`${errors} ${errors === 1 ? 'span' : 'spans'}`} />,
  },
]

/** The stored traces: the latest, the slowest, or those with errors. */
export function Traces() {
  const { service, show } = route.useSearch()
  const navigate = route.useNavigate()
  const services = useQuery(servicesQuery)
  const query = useQuery({
    queryKey: ['traces', service, show],
    queryFn: async ({ signal }) => {
      const asked = {
        limit: 100,
        order: show === 'slowest' ? ('slowest' as const) : ('latest' as const),
        ...(show === 'failed' ? { isFailed: true } : {}),
        ...(service === undefined ? {} : { service }),
      }
      return (await operate('gateway', gatewayEndpoints.listTraces, { query: asked, signal })).items
    },
    placeholderData: keepPreviousData,
  })
  const set = (name: 'show' | 'service') => (value: string | undefined) =>
    void navigate({ search: ({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }) })
  const names = ['gateway', ...(services.data ?? []).map((each) => each.service)]
  return (
    <Page title="Traces">
      <div className="filters">
        <Choice label="Show" value={show} options={['slowest', 'failed']} onChange={set('show')} />
        <Choice label="Service of the first span" value={service} options={names} onChange={set('service')} />
      </div>
      <Result query={query}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="No stored trace matches">
              Traces of the processes on the machine of the gateway are stored, up to 16 MiB of each service.
            </Empty>
          ) : (
            <DataTable caption="Traces" columns={columns} rows={items} keyOf={({ traceId }) => traceId} />
          )
        }
      </Result>
    </Page>
  )
}

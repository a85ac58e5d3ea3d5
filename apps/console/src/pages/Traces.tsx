import type { TraceSummary } from '@stoa/contracts/monitoring/resources'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { servicesQuery } from '../api/system.ts'
import { fetchTraces } from '../api/traces.ts'
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
  { title: 'Began', isDetail: true, cell: ({ startedAt }) => <Time at={startedAt} /> },
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
  const client = useQueryClient()
  const services = useQuery(servicesQuery)
  const query = useQuery({
    queryKey: ['traces', service, show],
    queryFn: ({ signal }) => fetchTraces(client, { service, show }, signal),
    placeholderData: keepPreviousData,
  })
  const set = (name: 'show' | 'service') => (value: string | undefined) =>
    void navigate({ search: ({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }) })
  const names = ['gateway', ...(services.data ?? []).map((each) => each.service)]
  return (
    <Page title="Traces">
      <div className="filters">
        <Choice label="Show" value={show} options={['slowest', 'failed']} onChange={set('show')} />
        <Choice label="Service" value={service} options={names} onChange={set('service')} />
      </div>
      <Result query={query}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="No stored trace matches">
              Traces are kept for a limited time, the latest ones first; the README of monitoring describes the limits.
            </Empty>
          ) : (
            <DataTable caption="Traces" columns={columns} rows={items} keyOf={({ traceId }) => traceId} />
          )
        }
      </Result>
    </Page>
  )
}

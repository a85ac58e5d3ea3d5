import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { listSagas, sagaStates, type PlacedSaga } from '../api/sagas.ts'
import { servicesOf, servicesQuery, withSagas } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { Empty, Missing, Result } from '../parts/Result.tsx'
import { shortId } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/sagas')

const columns: readonly Column<PlacedSaga>[] = [
  {
    title: 'Saga',
    cell: ({ id, type, key }) => (
      <Link to="/sagas/$id" params={{ id }} title={id}>
        {type} <span className="mono">{shortId(key)}</span>
      </Link>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateChip state={state} /> },
  { title: 'Service', isDetail: true, cell: ({ service }) => service },
  { title: 'Started', isDetail: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Reason', isDetail: true, isClipped: true, cell: ({ reason }) => reason ?? '' },
]

/** The sagas of all services, newest first. */
export function Sagas() {
  const { state, service } = route.useSearch()
  const navigate = route.useNavigate()
  const services = useQuery(servicesQuery)
  const query = useQuery({
    queryKey: ['sagas', state, service],
    queryFn: async ({ client, signal }) => listSagas(await servicesOf(client), { state, service }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  })
  const set = (name: 'state' | 'service') => (value: string | undefined) =>
    void navigate({ search: ({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }) })
  const owners = withSagas(services.data ?? []).map((each) => each.service)
  return (
    <Page title="Sagas">
      <div className="filters">
        <Choice label="State" value={state} options={sagaStates} onChange={set('state')} />
        <Choice label="Service" value={service} options={owners} onChange={set('service')} />
      </div>
      <Result query={query}>
        {({ items, missing }) => (
          <>
            <Missing missing={missing} />
            {items.length === 0 ? (
              <Empty title={state === undefined && service === undefined ? 'No sagas' : 'No saga matches'}>
                <Link to="/sagas">Clear the filters</Link>
              </Empty>
            ) : (
              <DataTable caption="Sagas" columns={columns} rows={items} keyOf={({ id }) => id} />
            )}
          </>
        )}
      </Result>
      <p className="caption">At most 100 of each service, newest first.</p>
    </Page>
  )
}

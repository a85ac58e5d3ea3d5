import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { audit, auditOutcomes, type AuditedAction } from '../api/audit.ts'
import { servicesQuery } from '../api/system.ts'
import { AuditEntry } from '../parts/AuditEntry.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Choice, TextFilter } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { Pager } from '../parts/Pager.tsx'
import { Person } from '../parts/Person.tsx'
import { Empty, Missing, Result } from '../parts/Result.tsx'
import { shortId } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/audit')

const filters = ['service', 'operation', 'outcome', 'actor', 'person', 'target'] as const

const keyOf = ({ service, sequence }: AuditedAction) => `${service}:${sequence}`

const columns: readonly Column<AuditedAction>[] = [
  {
    title: 'Operation',
    isClipped: true,
    cell: (entry) => (
      <Link to="/audit" search={(rest) => ({ ...rest, entry: keyOf(entry) })} title={entry.operation}>
        {entry.operation}
      </Link>
    ),
  },
  { title: 'Outcome', cell: ({ outcome }) => <StateChip state={outcome} /> },
  { title: 'At', isDetail: true, cell: ({ at }) => <Time at={at} /> },
  {
    title: 'By',
    isDetail: true,
    cell: ({ actor, actorKind }) => (actorKind === 'user' ? <Person id={actor} /> : actor),
  },
  {
    title: 'Target',
    isDetail: true,
    cell: ({ target }) =>
      target !== undefined && (
        <span className="mono nowrap" title={target}>
          {shortId(target)}
        </span>
      ),
  },
]

/** The audited actions of all services, newest first. */
export function Audit() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { cursor } = search
  const filter = filterOf(search)
  const query = useQuery({
    queryKey: ['audit', filter, cursor],
    queryFn: async ({ signal }) =>
      (await audit.listAudit({ query: { limit: 50, ...filter, ...(cursor && { cursor }) }, signal })).body,
    placeholderData: keepPreviousData,
    // every read of the trails is an entry of each of them, so they are read only when someone asks
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  return (
    <Page
      title="Audit"
      actions={
        <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          Read again
        </Button>
      }
    >
      <Filters />
      <Result query={query}>
        {({ items, nextCursor, unavailable }) => (
          <>
            <Missing missing={unavailable.map((service) => ({ service, reason: 'no response' }))} />
            <Entries items={items} isFiltered={Object.keys(filter).length > 0} />
            <Pager
              cursor={cursor}
              nextCursor={nextCursor}
              onPage={(next) =>
                void navigate({
                  search: ({ cursor: _, entry: __, ...rest }) => (next ? { ...rest, cursor: next } : rest),
                })
              }
            />
          </>
        )}
      </Result>
    </Page>
  )
}

/** What the address asks for; an outcome that does not exist counts as not given. */
function filterOf(search: { readonly [Name in (typeof filters)[number]]?: string }) {
  const outcome = auditOutcomes.find((each) => each === search.outcome)
  const given = filters.map((name): [string, string | undefined] => [name, name === 'outcome' ? outcome : search[name]])
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

function Filters() {
  const { service, outcome, operation, actor, person, target } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const { data: services = [] } = useQuery({ ...servicesQuery, enabled: can('ops') })
  const set = (name: (typeof filters)[number]) => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _, cursor: __, entry: ___, ...rest }) =>
        value === undefined ? rest : { ...rest, [name]: value },
    })
  const names = [...new Set([...services.map((each) => each.service), ...(service ? [service] : [])])]
  return (
    <div className="filters">
      <Choice label="Service" value={service} options={names} onChange={set('service')} />
      <Choice label="Outcome" value={outcome} options={auditOutcomes} onChange={set('outcome')} />
      <TextFilter label="Operation" value={operation} placeholder="support.setStatus" onChange={set('operation')} />
      <TextFilter label="Actor" value={actor} placeholder="id of an account" onChange={set('actor')} />
      <TextFilter label="Person" value={person} placeholder="id of an account" onChange={set('person')} />
      <TextFilter label="Target" value={target} placeholder="id" onChange={set('target')} />
    </div>
  )
}

function Entries({ items, isFiltered }: { readonly items: readonly AuditedAction[]; readonly isFiltered: boolean }) {
  const { entry } = route.useSearch()
  if (items.length === 0) return <Nothing isFiltered={isFiltered} />
  const chosen = items.find((each) => keyOf(each) === entry)
  return (
    <div className={chosen === undefined ? '' : 'columns panel-first'}>
      <DataTable caption="Audited actions" columns={columns} rows={items} keyOf={keyOf} />
      {chosen !== undefined && <AuditEntry entry={chosen} />}
    </div>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No audited actions">What staff change appears here.</Empty>
  return (
    <Empty title="No audited action matches">
      <Link to="/audit" search={{}}>
        Clear the filters
      </Link>
    </Empty>
  )
}

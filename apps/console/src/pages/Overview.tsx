import { useQuery } from '@tanstack/react-query'
import type { ServiceState } from '@stoa/contracts/gateway/operating'
import { Link } from '@tanstack/react-router'
import { firingQuery, type Alert } from '../api/alerts.ts'
import { listLetters } from '../api/dead-letters.ts'
import { listSagas } from '../api/sagas.ts'
import { servicesOf, statesQuery } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Page } from '../parts/Page.tsx'
import { Person } from '../parts/Person.tsx'
import { Failure, Result } from '../parts/Result.tsx'
import { RestProblem } from '@stoa/rest'
import { hasProblem, instancesOf, reasonOf, worstFirst } from '../state/service-states.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const columns: readonly Column<ServiceState>[] = [
  { title: 'Service', cell: ({ service }) => service },
  { title: 'State', cell: ({ state }) => <StateChip state={state} /> },
  { title: 'Reason', isClipped: true, cell: (state) => <span title={reasonOf(state)}>{reasonOf(state)}</span> },
  {
    title: 'Instances',
    isNumber: true,
    isDetail: true,
    cell: instancesOf,
  },
]

/** Whether the system is well: the worst first. */
export function Overview() {
  const can = useCan()
  return can('ops') ? (
    <Services />
  ) : (
    <Page title="Overview">
      <Failure error={missing('ops')} />
    </Page>
  )
}

function Services() {
  const states = useQuery(statesQuery)
  return (
    <Page title="Overview">
      <Result query={states}>
        {({ items, examinedAt }) => (
          <>
            <Problems items={items} />
            <DataTable caption="Services" columns={columns} rows={worstFirst(items)} keyOf={({ service }) => service} />
            <p className="caption">
              Examined at <Time at={examinedAt} />, every 2 seconds.
            </p>
          </>
        )}
      </Result>
    </Page>
  )
}

function Problems({ items }: { readonly items: readonly ServiceState[] }) {
  const bad = worstFirst(items).filter(hasProblem)
  const { stuck, dead, isKnown } = useTroubles()
  const can = useCan()
  const { data: { items: firing } = { items: [] }, isPending } = useQuery({
    ...firingQuery,
    enabled: can('alert:read'),
  })
  const count = bad.length + firing.length + (stuck > 0 ? 1 : 0) + (dead > 0 ? 1 : 0)
  return (
    <section className="card" style={{ marginBottom: 16 }} aria-live="polite">
      <h2>{count === 0 ? '✓ Every service is up' : `◆ ${atMost(count)} ${count === 1 ? 'problem' : 'problems'}`}</h2>
      {(!isKnown || (isPending && can('alert:read'))) && (
        <p className="quiet">Alerts, stuck sagas and dead letters are not known yet.</p>
      )}
      <ul className="problems">
        {bad.map((state) => (
          <li key={state.service}>
            <strong>{state.service}</strong>
            <StateChip state={state.state} />
            <span>{reasonOf(state)}</span>
          </li>
        ))}
        <FiringAlerts items={firing} />
        {stuck > 0 && (
          <li>
            <StateChip state="stuck" />
            <Link to="/sagas" search={{ state: 'stuck' }}>
              {atMost(stuck)} {stuck === 1 ? 'saga waits' : 'sagas wait'} for an operator
            </Link>
          </li>
        )}
        {dead > 0 && (
          <li>
            <StateChip state="dead" />
            <Link to="/dead-letters" search={{ state: 'dead' }}>
              {atMost(dead)} {dead === 1 ? 'event' : 'events'} could not be handled
            </Link>
          </li>
        )}
      </ul>
    </section>
  )
}

const shownAlerts = 5

/** The alerts that fire, with who takes care of them. */
function FiringAlerts({ items }: { readonly items: readonly Alert[] }) {
  return (
    <>
      {items
        .slice(0, shownAlerts)
        .map(({ id, name, summary, activeAt, acknowledgedAt, acknowledgedBy, silencedUntil }) => (
          <li key={id}>
            <StateChip state="firing" />
            <Link to="/alerts/$id" params={{ id }}>
              {name}
            </Link>
            <span>
              {summary}, since <Time at={activeAt} />
              {acknowledgedAt !== undefined && (
                <span className="quiet">
                  , acknowledged{acknowledgedBy !== undefined && ' by '}
                  <Person id={acknowledgedBy} />
                </span>
              )}
            </span>
            {silencedUntil !== undefined && <StateChip state="silenced" />}
          </li>
        ))}
      {items.length > shownAlerts && (
        <li>
          <StateChip state="firing" />
          <Link to="/alerts" search={{ state: 'firing' }}>
            {atMost(items.length - shownAlerts)} more alerts
          </Link>
        </li>
      )}
    </>
  )
}

/** What waits for an operator in the services that respond; the others are among the problems themselves. */
function useTroubles(): { readonly stuck: number; readonly dead: number; readonly isKnown: boolean } {
  const stuck = useQuery({
    queryKey: ['sagas', 'stuck', undefined],
    queryFn: async ({ client, signal }) => listSagas(await servicesOf(client), { state: 'stuck' }, signal),
    refetchInterval: 10_000,
  })
  const dead = useQuery({
    queryKey: ['dead-letters', 'dead', undefined],
    queryFn: async ({ client, signal }) => listLetters(await servicesOf(client), { state: 'dead' }, signal),
    refetchInterval: 10_000,
  })
  return {
    stuck: stuck.data?.items.length ?? 0,
    dead: dead.data?.items.length ?? 0,
    isKnown: stuck.data !== undefined && dead.data !== undefined,
  }
}

/** Lists end at 100. */
function atMost(found: number): string {
  return found < 100 ? String(found) : `${found} or more`
}

function missing(permission: string): RestProblem {
  const body = { title: 'You cannot see this', detail: `It requires the permission ${permission}.` }
  return new RestProblem('page', new Response(null, { status: 403 }), body)
}

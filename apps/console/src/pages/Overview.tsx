import { useQuery } from '@tanstack/react-query'
import type { ServiceState } from '@stoa/contracts/gateway/operating'
import { statesQuery } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Page } from '../parts/Page.tsx'
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
  return (
    <section className="card" style={{ marginBottom: 16 }} aria-live="polite">
      <h2>
        {bad.length === 0 ? '✓ Every service is up' : `◆ ${bad.length} ${bad.length === 1 ? 'problem' : 'problems'}`}
      </h2>
      <ul className="problems">
        {bad.map((state) => (
          <li key={state.service}>
            <strong>{state.service}</strong>
            <StateChip state={state.state} />
            <span>{reasonOf(state)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function missing(permission: string): RestProblem {
  const body = { title: 'You cannot see this', detail: `It requires the permission ${permission}.` }
  return new RestProblem('page', new Response(null, { status: 403 }), body)
}

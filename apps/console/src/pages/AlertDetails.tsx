import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { alerts, type Alert } from '../api/alerts.ts'
import { AlertActions } from '../parts/AlertActions.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { Fact } from '../parts/Fact.tsx'
import { Page } from '../parts/Page.tsx'
import { Person } from '../parts/Person.tsx'
import { Result } from '../parts/Result.tsx'
import { severityWords } from '../state/alert-actions.ts'
import { placeOfRunbook } from '../state/runbook.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/alerts/$id')

/** One alert: what it is about, who takes care of it, and where to look. */
export function AlertDetails() {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ['alert', id],
    queryFn: async ({ signal }) => (await alerts.getAlert({ params: { id: id as Alert['id'] }, signal })).body,
    refetchInterval: 5_000,
  })
  const alert = query.data
  return (
    <Page
      title={alert?.name ?? 'Alert'}
      heading={
        alert && (
          <>
            {alert.name} <StateChip state={alert.state} />
            {alert.silencedUntil !== undefined && <StateChip state="silenced" />}
          </>
        )
      }
      actions={alert && <AlertActions alert={alert} size="sm" />}
    >
      <Result query={query}>{(found) => <Details alert={found} />}</Result>
    </Page>
  )
}

function Details({ alert }: { readonly alert: Alert }) {
  return (
    <div className="columns">
      <section className="card stack" aria-label="The alert">
        <h2>{alert.summary}</h2>
        <Links alert={alert} />
        <dl className="facts">
          <Fact name="Severity">{severityWords(alert.severity)}</Fact>
          <Fact name="Condition since">
            <Time at={alert.activeAt} />
          </Fact>
          {alert.firedAt !== undefined && (
            <Fact name="Fired">
              <Time at={alert.firedAt} />
            </Fact>
          )}
          {alert.resolvedAt !== undefined && (
            <Fact name="Resolved">
              <Time at={alert.resolvedAt} />
            </Fact>
          )}
          {alert.silencedUntil !== undefined && (
            <Fact name="Silenced until">
              <Time at={alert.silencedUntil} />
            </Fact>
          )}
          <Acknowledged alert={alert} />
          {alert.value !== undefined && <Fact name="Value">{alert.value}</Fact>}
        </dl>
      </section>
      <section className="card stack" aria-label="Labels">
        <h2>Labels</h2>
        <dl className="facts">
          {Object.entries(alert.labels).map(([name, value]) => (
            <Fact key={name} name={name}>
              <span className="mono">{value}</span>
            </Fact>
          ))}
        </dl>
      </section>
    </div>
  )
}

function Acknowledged({
  alert: { acknowledgedAt, acknowledgedBy, acknowledgement, state },
}: {
  readonly alert: Alert
}) {
  if (acknowledgedAt === undefined) return state === 'resolved' ? null : <Fact name="Acknowledged">by no one yet</Fact>
  return (
    <Fact name="Acknowledged">
      <Time at={acknowledgedAt} />
      {acknowledgedBy !== undefined && (
        <>
          {' '}
          by <Person id={acknowledgedBy} />
        </>
      )}
      {acknowledgement !== undefined && <div>{acknowledgement}</div>}
    </Fact>
  )
}

function Links({ alert: { runbook, service } }: { readonly alert: Alert }) {
  const can = useCan()
  return (
    <div className="row">
      {runbook !== undefined && <RunbookLink runbook={runbook} />}
      {service !== undefined && can('ops') && (
        <Link to="/traces" search={{ service, show: 'failed' }}>
          Failed traces of {service}
        </Link>
      )}
      {service !== undefined && (
        <Link to="/alerts" search={{ service }}>
          Alerts of {service}
        </Link>
      )}
    </div>
  )
}

function RunbookLink({ runbook }: { readonly runbook: string }) {
  const place = placeOfRunbook(runbook)
  if (place.kind === 'text') return <span>Runbook: {place.text}</span>
  if (place.kind === 'url')
    return (
      <a href={place.url} target="_blank" rel="noreferrer">
        Runbook
      </a>
    )
  return (
    <Link to="/runbooks/$name" params={{ name: place.name }} hash={place.section}>
      Runbook
    </Link>
  )
}

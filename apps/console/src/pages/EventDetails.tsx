import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { showEvent, traceOf } from '../api/events.ts'
import { servicesOf } from '../api/system.ts'
import { Page } from '../parts/Page.tsx'
import { Result } from '../parts/Result.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/events/$id')

/** One event of the log, whole. */
export function EventDetails() {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ['event', id],
    queryFn: async ({ client, signal }) => showEvent(await servicesOf(client), id, signal),
  })
  const traceId = query.data && traceOf(query.data)
  return (
    <Page
      title={query.data?.event.type ?? 'Event'}
      actions={
        traceId !== undefined && (
          <Link to="/traces/$id" params={{ id: traceId }}>
            Trace
          </Link>
        )
      }
    >
      <Result query={query}>
        {({ event, topic, partition, position, appendedAt }) => (
          <div className="stack">
            <dl className="card facts">
              <dt>Time</dt>
              <dd>
                <Time at={event.time} />
              </dd>
              <dt>In the log</dt>
              <dd>
                <Time at={appendedAt} />, {topic}/{partition}:{position}
              </dd>
              <dt>Subject</dt>
              <dd className="mono">
                <Link to="/events" search={{ text: event.subject }}>
                  {event.subject}
                </Link>
              </dd>
            </dl>
            <pre tabIndex={0}>{JSON.stringify(event, undefined, 2)}</pre>
          </div>
        )}
      </Result>
    </Page>
  )
}

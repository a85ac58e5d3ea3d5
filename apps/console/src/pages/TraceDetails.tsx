import type { TraceSpan } from '@stoa/contracts/monitoring/resources'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { fetchTrace } from '../api/traces.ts'
import { Page } from '../parts/Page.tsx'
import { Result } from '../parts/Result.tsx'
import { SpanDetails } from '../parts/SpanDetails.tsx'
import { Waterfall } from '../parts/Waterfall.tsx'
import { count, duration } from '../state/format.ts'
import { axisOf } from '../state/waterfall.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/traces/$id')

/** One trace as a waterfall; the selected span is in the address. */
export function TraceDetails() {
  const { id } = route.useParams()
  const { span } = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const query = useQuery({
    queryKey: ['trace', id],
    queryFn: ({ signal }) => fetchTrace(client, id, signal),
  })
  const select = (spanId: string | undefined) =>
    void navigate({ search: spanId === undefined ? {} : { span: spanId }, replace: true, resetScroll: false })
  return (
    <Page title={query.data?.spans[0]?.name ?? 'Trace'}>
      <Result query={query}>
        {({ spans, total }) => (
          <div className="stack">
            <Summary spans={spans} total={total} traceId={id} />
            <Waterfall spans={spans} selected={span} onSelect={select} />
            <SpanDetails span={spans.find(({ spanId }) => spanId === span)} />
          </div>
        )}
      </Result>
    </Page>
  )
}

interface SummaryProps {
  readonly spans: readonly TraceSpan[]
  readonly total: number
  readonly traceId: string
}

function Summary({ spans, total, traceId }: SummaryProps) {
  const { startMs, endMs } = axisOf(spans)
  const services = new Set(spans.map(({ service }) => service)).size
  const errors = spans.filter(({ status }) => status === 'error').length
  return (
    <div className="row quiet">
      <span>
        {total > spans.length ? `${count(spans.length)} of ` : ''}
        {count(total)} spans, {services} {services === 1 ? 'service' : 'services'}, {duration(endMs - startMs)}
        {errors > 0 && `, ◆ ${errors} ${errors === 1 ? 'error' : 'errors'}`}
      </span>
      <span>
        from <Time at={startMs} />
      </span>
      <span className="mono">{traceId}</span>
    </div>
  )
}

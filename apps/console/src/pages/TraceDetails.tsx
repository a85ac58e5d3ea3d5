import type { TraceSpan } from '@stoa/contracts/monitoring/resources'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { fetchLogsOfTrace } from '../api/logs.ts'
import { fetchTrace } from '../api/traces.ts'
import { LogLines } from '../parts/LogLines.tsx'
import { Page } from '../parts/Page.tsx'
import { Result } from '../parts/Result.tsx'
import { SpanDetails } from '../parts/SpanDetails.tsx'
import { Waterfall } from '../parts/Waterfall.tsx'
import { count, duration } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
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
  const can = useCan()
  const lines = useQuery({
    queryKey: ['trace', id, 'logs'],
    queryFn: ({ signal }) => fetchLogsOfTrace(client, id, signal),
    enabled: can('telemetry:read'),
  })
  const select = (spanId: string | undefined) =>
    void navigate({ search: spanId === undefined ? {} : { span: spanId }, replace: true, resetScroll: false })
  return (
    <Page title={query.data?.spans[0]?.name ?? 'Trace'}>
      <Result query={query}>
        {({ spans, total }) => (
          <div className="stack">
            <Summary spans={spans} total={total} traceId={id} />
            <Waterfall spans={spans} lines={lines.data ?? []} selected={span} onSelect={select} />
            <SpanDetails span={spans.find(({ spanId }) => spanId === span)} />
            {can('telemetry:read') && (
              <Result query={lines}>{(found) => <LogLines traceId={id} lines={found} span={span} />}</Result>
            )}
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

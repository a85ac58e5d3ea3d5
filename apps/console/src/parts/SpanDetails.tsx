import type { TraceSpan } from '@stoa/contracts/monitoring/resources'
import { Link } from '@tanstack/react-router'
import { duration, shortId } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

/** What a span says of itself, and the spans of other traces that it refers to. */
export function SpanDetails({ span }: { readonly span: TraceSpan | undefined }) {
  if (span === undefined) return <p className="quiet">Select a span to see its attributes.</p>
  const { service, instance, name, kind, startMs, durationMs, statusMessage, attributes = {}, links = [] } = span
  return (
    <section className="card stack" aria-label="Span">
      <h2>
        {service}: {name}
      </h2>
      <dl className="facts">
        {statusMessage !== undefined && (
          <>
            <dt>Error</dt>
            <dd>◆ {statusMessage}</dd>
          </>
        )}
        <dt>Began</dt>
        <dd>
          <Time at={startMs} />, {duration(durationMs)}
        </dd>
        <dt>Instance</dt>
        <dd>
          {instance}, {kind}
        </dd>
        {links.length > 0 && (
          <>
            <dt>Caused by</dt>
            <dd className="row">
              {links.map(({ traceId, spanId }) => (
                <Link key={spanId} className="mono" to="/traces/$id" params={{ id: traceId }} search={{ span: spanId }}>
                  {shortId(traceId)}
                </Link>
              ))}
            </dd>
          </>
        )}
        {Object.entries(attributes).map(([key, value]) => (
          <Attribute key={key} name={key} value={value} />
        ))}
      </dl>
    </section>
  )
}

function Attribute({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
    </>
  )
}

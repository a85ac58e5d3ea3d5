import { Link } from '@tanstack/react-router'
import type { LogRecord } from '../api/logs.ts'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'
import { Fact } from './Fact.tsx'

/** Everything that a log line says, with a link to its span. */
export function LogLine({ line }: { readonly line: LogRecord }) {
  const { message, at, level, service, instance, traceId, spanId, attributes } = line
  const can = useCan()
  return (
    <section className="card stack" aria-label="The line">
      <div className="row spread">
        <h2 className="anywhere">{message}</h2>
        <Link to="/logs" search={({ line: _, ...rest }) => rest}>
          Close
        </Link>
      </div>
      <dl className="facts">
        <Fact name="At">
          <Time at={at} />
        </Fact>
        <Fact name="Level">{level}</Fact>
        <Fact name="Instance">{instance === '' ? service : instance}</Fact>
        {traceId !== undefined && (
          <Fact name="Trace">
            {can('ops') ? (
              <Link
                to="/traces/$id"
                params={{ id: traceId }}
                search={spanId === undefined ? {} : { span: spanId }}
                className="mono"
              >
                {traceId}
              </Link>
            ) : (
              <span className="mono">{traceId}</span>
            )}
          </Fact>
        )}
        {traceId !== undefined && (
          <Fact name="Lines">
            <Link to="/logs" search={{ trace: traceId }}>
              All of the trace
            </Link>
          </Fact>
        )}
        {Object.entries(attributes).map(([name, value]) => (
          <Fact key={name} name={name}>
            <span className="mono pre">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
          </Fact>
        ))}
      </dl>
    </section>
  )
}

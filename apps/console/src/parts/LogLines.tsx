import { Link } from '@tanstack/react-router'
import { linesShown, type LogRecord } from '../api/logs.ts'
import { count } from '../state/format.ts'
import { Time } from '../state/zone.tsx'
import { StateChip } from './Chip.tsx'
import { DataTable, type Column } from './DataTable.tsx'

interface LogLinesProps {
  readonly traceId: string
  readonly lines: readonly LogRecord[]
  /** The selected span, whose lines alone are listed. */
  readonly span: string | undefined
}

/** The log lines of a trace, or of its selected span. */
export function LogLines({ traceId, lines, span }: LogLinesProps) {
  const shown = span === undefined ? lines : lines.filter(({ spanId }) => spanId === span)
  return (
    <section className="stack" aria-label={span === undefined ? 'Log lines of the trace' : 'Log lines of the span'}>
      <div className="row spread">
        <h2>Log lines</h2>
        <span className="row">
          <span className="quiet">
            {lines.length >= linesShown && 'the latest '}
            {span === undefined ? '' : `${count(shown.length)} of `}
            {count(lines.length)}
          </span>
          {span !== undefined && (
            <Link to="/traces/$id" params={{ id: traceId }} search={{}} replace resetScroll={false}>
              All of the trace
            </Link>
          )}
          <Link to="/logs" search={{ trace: traceId }}>
            In the logs
          </Link>
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="quiet">No log line is stored.</p>
      ) : (
        <DataTable caption="Log lines" columns={columnsOf(traceId)} rows={shown} keyOf={({ id }) => id} />
      )}
    </section>
  )
}

function columnsOf(traceId: string): readonly Column<LogRecord>[] {
  return [
    {
      title: 'Message',
      isClipped: true,
      cell: ({ message, spanId }) => (
        <Link
          to="/traces/$id"
          params={{ id: traceId }}
          search={spanId === undefined ? {} : { span: spanId }}
          replace
          resetScroll={false}
          title={message}
        >
          {message}
        </Link>
      ),
    },
    { title: 'Level', cell: ({ level }) => <StateChip state={level} /> },
    { title: 'Service', isDetail: true, cell: ({ service }) => service },
    { title: 'At', isDetail: true, cell: ({ at }) => <Time at={at} /> },
    { title: 'Fields', isDetail: true, isClipped: true, cell: ({ attributes }) => <Fields of={attributes} /> },
  ]
}

/** The fields of a line in short. */
export function Fields({ of }: { readonly of: LogRecord['attributes'] }) {
  const text = Object.entries(of)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  return (
    <span className="quiet" title={text.slice(0, 1_000)}>
      {text.slice(0, 200)}
    </span>
  )
}

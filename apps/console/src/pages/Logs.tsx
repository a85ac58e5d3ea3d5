import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { logLevels, logs, type LogRecord } from '../api/logs.ts'
import { servicesQuery } from '../api/system.ts'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Choice, TextFilter } from '../parts/Filter.tsx'
import { LogLine } from '../parts/LogLine.tsx'
import { Fields } from '../parts/LogLines.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { useCan } from '../state/session.tsx'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/logs')

const filters = ['service', 'level', 'trace', 'text', 'from', 'to'] as const

/** What names a line in the address; an id of digits alone would be read as a number there. */
const keyOf = ({ at, id }: LogRecord) => `${at}:${id}`

const columns: readonly Column<LogRecord>[] = [
  {
    title: 'Message',
    isClipped: true,
    cell: (line) => (
      <Link to="/logs" search={(rest) => ({ ...rest, line: keyOf(line) })} title={line.message}>
        {line.message === '' ? 'No message' : line.message}
      </Link>
    ),
  },
  { title: 'Level', cell: ({ level }) => <StateChip state={level} /> },
  { title: 'Service', isDetail: true, cell: ({ service }) => service },
  { title: 'At', isDetail: true, cell: ({ at }) => <Time at={at} /> },
  { title: 'Fields', isDetail: true, isClipped: true, cell: ({ attributes }) => <Fields of={attributes} /> },
]

/** The log lines of all services, latest first. */
export function Logs() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { cursor, line } = search
  const filter = filterOf(search)
  const query = useQuery({
    queryKey: ['logs', filter, cursor],
    queryFn: async ({ signal }) =>
      (await logs.listLogs({ query: { limit: 100, ...filter, ...(cursor && { cursor }) }, signal })).body,
    placeholderData: keepPreviousData,
    // lines stay where they are while someone reads one, or a further page
    refetchInterval: cursor === undefined && line === undefined ? 3_000 : false,
  })
  return (
    <Page title="Logs">
      <Filters />
      <Result query={query}>
        {(page) => {
          const chosen = page.items.find((each) => keyOf(each) === line)
          return (
            <div className={chosen === undefined ? '' : 'columns panel-first'}>
              <div>
                <PagedTable
                  caption="Log lines"
                  columns={columns}
                  page={page}
                  cursor={cursor}
                  navigate={navigate}
                  empty={<Nothing isFiltered={Object.keys(filter).length > 0} />}
                />
              </div>
              {chosen !== undefined && <LogLine line={chosen} />}
            </div>
          )
        }}
      </Result>
    </Page>
  )
}

/** What the address asks for; what cannot be asked for counts as not given. */
function filterOf({ service, level, trace, text, from, to }: { readonly [Name in (typeof filters)[number]]?: string }) {
  const known = logLevels.find((each) => each === level)
  return {
    ...(service && { service }),
    ...(known && { level: known }),
    ...(trace !== undefined && /^[0-9a-f]{32}$/.test(trace) && { traceId: trace }),
    ...(text !== undefined && text.length > 1 && { contains: text.slice(0, 200) }),
    ...periodOf({ from, to }),
  }
}

function periodOf(times: { readonly from: string | undefined; readonly to: string | undefined }) {
  const found = Object.entries(times).flatMap(([name, text]) => {
    const at = new Date(text ?? '')
    return Number.isNaN(at.getTime()) ? [] : [[name, at.toISOString()]]
  })
  return Object.fromEntries(found) as { readonly from?: string; readonly to?: string }
}

function Filters() {
  const { service, level, trace, text, from, to } = route.useSearch()
  const navigate = route.useNavigate()
  const can = useCan()
  const { data: services = [] } = useQuery({ ...servicesQuery, enabled: can('ops') })
  const set = (name: (typeof filters)[number]) => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _, cursor: __, line: ___, ...rest }) =>
        value === undefined ? rest : { ...rest, [name]: value },
    })
  const names = [
    ...new Set(['gateway', ...services.map((each) => each.service), ...(service === undefined ? [] : [service])]),
  ]
  const example = '2026-11-30T18:00Z'
  return (
    <div className="filters">
      <Choice label="Service" value={service} options={names} onChange={set('service')} />
      <Choice label="Level at least" value={level} options={logLevels} onChange={set('level')} />
      <TextFilter label="Text" value={text} placeholder="as written" onChange={set('text')} />
      <TextFilter label="Trace" value={trace} placeholder="id of a trace" onChange={set('trace')} />
      <TextFilter label="From" value={from} placeholder={example} onChange={set('from')} />
      <TextFilter label="Until" value={to} placeholder={example} onChange={set('to')} />
    </div>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No log lines">What services write appears here, for LOG_RETENTION_HOURS.</Empty>
  return (
    <Empty title="No log line matches">
      <Link to="/logs" search={{}}>
        Clear the filters
      </Link>
    </Empty>
  )
}

import type { EventInLog } from '@stoa/events/endpoints'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listEvents, traceOf } from '../api/events.ts'
import { servicesOf } from '../api/system.ts'
import { shortId } from '../state/format.ts'
import { Time } from '../state/zone.tsx'
import { DataTable, type Column } from './DataTable.tsx'
import { Empty, Result } from './Result.tsx'

const columns: readonly Column<EventInLog>[] = [
  {
    title: 'Event',
    cell: ({ event }) => (
      <Link to="/events/$id" params={{ id: event.id }} className="nowrap">
        {event.type}
      </Link>
    ),
  },
  { title: 'Time', isDetail: true, cell: ({ event }) => <Time at={event.time} /> },
  {
    title: 'Subject',
    cell: ({ event }) => (
      <span className="mono" title={event.subject}>
        {shortId(event.subject)}
      </span>
    ),
  },
  { title: 'Position', isDetail: true, isNumber: true, cell: ({ partition, position }) => `${partition}:${position}` },
  {
    title: 'Trace',
    cell: (item) => {
      const id = traceOf(item)
      return id === undefined ? (
        ''
      ) : (
        <Link to="/traces/$id" params={{ id }} className="mono">
          {shortId(id)}
        </Link>
      )
    },
  },
]

interface EventTableProps {
  readonly filter: { readonly type?: string | undefined; readonly text?: string | undefined }
}

/** The last events that match, newest first. */
export function EventTable({ filter }: EventTableProps) {
  const query = useQuery({
    queryKey: ['events', filter],
    queryFn: async ({ client, signal }) => listEvents(await servicesOf(client), filter, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  })
  return (
    <Result query={query}>
      {(items) =>
        items.length === 0 ? (
          <Empty title="No event matches">The log keeps events for a limited time.</Empty>
        ) : (
          <DataTable caption="Events" columns={columns} rows={items} keyOf={({ event }) => event.id} />
        )
      }
    </Result>
  )
}

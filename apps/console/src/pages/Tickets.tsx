import { TicketPriority, TicketStatus, TicketTopic } from '@stoa/contracts/support/resources'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { tickets, type Ticket } from '../api/tickets.ts'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Goal } from '../parts/Goal.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Person } from '../parts/Person.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { useSession } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { chipStateOf } from '../state/tickets.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/tickets')

const filters = ['status', 'priority', 'topic', 'assignee'] as const

const columns: readonly Column<Ticket>[] = [
  {
    title: 'Ticket',
    cell: ({ id, number, subject }) => (
      <>
        <Link to="/tickets/$id" params={{ id }} className="nowrap">
          {number}
        </Link>
        <div className="second-line quiet">{subject}</div>
      </>
    ),
  },
  { title: 'State', cell: ({ status }) => <StateChip state={chipStateOf(status)} label={wordsOf(status)} /> },
  { title: 'Subject', isDetail: true, isClipped: true, cell: ({ subject }) => <span title={subject}>{subject}</span> },
  { title: 'Priority', isDetail: true, cell: ({ priority }) => wordsOf(priority) },
  { title: 'Next goal', isDetail: true, cell: (ticket) => <Goal ticket={ticket} /> },
  { title: 'Assignee', isDetail: true, cell: ({ assigneeId }) => <Person id={assigneeId} /> },
  { title: 'Opened', isDetail: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
]

/** The tickets of all customers, newest first. */
export function Tickets() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { accountId } = useSession()
  const status = TicketStatus.enum.find((each) => each === search.status)
  const priority = TicketPriority.enum.find((each) => each === search.priority)
  const topic = TicketTopic.enum.find((each) => each === search.topic)
  const assigneeId = search.assignee === 'me' ? (accountId as Ticket['customerId']) : undefined
  const query = useQuery({
    queryKey: ['tickets', status, priority, topic, assigneeId, search.cursor],
    queryFn: async ({ signal }) => {
      const filter = {
        ...(status && { status }),
        ...(priority && { priority }),
        ...(topic && { topic }),
        ...(assigneeId && { assigneeId }),
        ...(search.cursor && { cursor: search.cursor }),
      }
      return (await tickets.listTickets({ query: { limit: 50, ...filter }, signal })).body
    },
    placeholderData: keepPreviousData,
    // further pages stay as they are while someone reads them
    refetchInterval: search.cursor === undefined ? 5_000 : false,
  })
  const set = (name: (typeof filters)[number]) => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _, cursor: __, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
    })
  const isFiltered = filters.some((name) => search[name] !== undefined)
  return (
    <Page title="Tickets">
      <div className="filters">
        <Choice label="State" value={status} options={TicketStatus.enum} onChange={set('status')} />
        <Choice label="Priority" value={priority} options={TicketPriority.enum} onChange={set('priority')} />
        <Choice label="Topic" value={topic} options={TicketTopic.enum} onChange={set('topic')} />
        <Choice label="Assignee" value={assigneeId && 'me'} options={['me']} onChange={set('assignee')} />
      </div>
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Tickets"
            columns={columns}
            page={page}
            cursor={search.cursor}
            navigate={navigate}
            empty={<Nothing isFiltered={isFiltered} />}
          />
        )}
      </Result>
    </Page>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No tickets">Tickets appear here as soon as customers ask for help.</Empty>
  return (
    <Empty title="No ticket matches">
      <Link to="/tickets" search={{}}>
        Clear the filters
      </Link>
    </Empty>
  )
}

import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { fetchMessages, tickets, type Ticket } from '../api/tickets.ts'
import { StateChip } from '../parts/Chip.tsx'
import { Fact } from '../parts/Fact.tsx'
import { Goal } from '../parts/Goal.tsx'
import { Page } from '../parts/Page.tsx'
import { Person } from '../parts/Person.tsx'
import { Reply } from '../parts/Reply.tsx'
import { Result } from '../parts/Result.tsx'
import { TicketActions } from '../parts/TicketActions.tsx'
import { TicketFiles } from '../parts/TicketFiles.tsx'
import { TicketMessages } from '../parts/TicketMessages.tsx'
import { shortId } from '../state/format.ts'
import { useCan } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { chipStateOf } from '../state/tickets.ts'
import { Time } from '../state/zone.tsx'
import '../styles/support.css'

const route = getRouteApi('/tickets/$id')

/** One ticket: its messages, what staff can do with it, and what it is about. */
export function TicketDetails() {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ['ticket', id],
    queryFn: async ({ signal }) => (await tickets.getTicket({ params: { id: id as Ticket['id'] }, signal })).body,
    refetchInterval: 5_000,
  })
  const ticket = query.data
  return (
    <Page
      title={ticket === undefined ? 'Ticket' : `${ticket.number}: ${ticket.subject}`}
      heading={
        ticket && (
          <>
            <span className="anywhere">
              {ticket.number}: {ticket.subject}
            </span>{' '}
            <StateChip state={chipStateOf(ticket.status)} label={wordsOf(ticket.status)} />
          </>
        )
      }
    >
      <Result query={query}>{(found) => <Details ticket={found} />}</Result>
    </Page>
  )
}

function Details({ ticket }: { readonly ticket: Ticket }) {
  const can = useCan()
  const messages = useQuery({
    queryKey: ['ticket-messages', ticket.id],
    queryFn: ({ signal }) => fetchMessages(ticket.id, signal),
    refetchInterval: 5_000,
  })
  return (
    <div className="stack">
      <TicketActions ticket={ticket} />
      <div className="columns">
        <section className="card stack" aria-label="Messages">
          <Result query={messages}>{(items) => <TicketMessages items={items} />}</Result>
          {can('ticket:reply:any') &&
            (ticket.status === 'closed' ? (
              <p className="quiet">The ticket is closed: it takes no more messages.</p>
            ) : (
              // a draft belongs to its ticket
              <Reply key={ticket.id} ticket={ticket} />
            ))}
        </section>
        <aside className="stack" aria-label="The ticket">
          <Facts ticket={ticket} />
          <TicketFiles ticketId={ticket.id} />
        </aside>
      </div>
    </div>
  )
}

function Facts({ ticket }: { readonly ticket: Ticket }) {
  const { priority, topic, customerId, orderId, orderNumber, assigneeId, createdAt, resolvedAt, rating } = ticket
  return (
    <section className="card">
      <dl className="facts">
        <Fact name="Priority">{wordsOf(priority)}</Fact>
        <Fact name="Topic">{wordsOf(topic)}</Fact>
        <Fact name="Assignee">{assigneeId === undefined ? 'no one' : <Person id={assigneeId} />}</Fact>
        <Fact name="Next goal">
          <Goal ticket={ticket} />
        </Fact>
        {orderId !== undefined && (
          <Fact name="Order">
            <Link to="/orders/$id" params={{ id: orderId }}>
              {orderNumber ?? shortId(orderId)}
            </Link>
          </Fact>
        )}
        <Fact name="Customer">
          <span className="mono" title={customerId}>
            {shortId(customerId)}
          </span>
        </Fact>
        <Fact name="Opened">
          <Time at={createdAt} />
        </Fact>
        {resolvedAt !== undefined && (
          <Fact name="Resolved">
            <Time at={resolvedAt} />
          </Fact>
        )}
        {rating !== undefined && (
          <Fact name="Rating">
            {rating.score} of 5{rating.comment === undefined ? '' : `: ${rating.comment}`}
          </Fact>
        )}
      </dl>
    </section>
  )
}

import type { TicketMessage } from '../api/tickets.ts'
import { Time } from '../state/zone.tsx'
import { Person } from './Person.tsx'

/** The messages of a ticket, oldest first; internal notes look different from what the customer reads. */
export function TicketMessages({ items }: { readonly items: readonly TicketMessage[] }) {
  return (
    <ol className="messages">
      {items.map(({ id, author, authorId, internal, text, createdAt }) => (
        <li key={id} data-author={internal ? 'note' : author}>
          <div className="row tight caption">
            <strong>{internal ? 'Internal note' : author === 'staff' ? 'Staff' : 'Customer'}</strong>
            {author === 'staff' && <Person id={authorId} />}
            <Time at={createdAt} />
          </div>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  )
}

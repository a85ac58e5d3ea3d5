import {
  createMessage,
  getTicket,
  listAttachments,
  listMessages,
  listTickets,
  setAssignee,
  setPriority,
  setStatus,
} from '@stoa/contracts/support/http'
import { listMacros, renderMacro } from '@stoa/contracts/support/macros-http'
import type { Macro, Ticket, TicketMessage } from '@stoa/contracts/support/resources'
import { restClient } from '@stoa/rest'
import { appHeaders } from './session.ts'

/** The operations of support for tickets. */
export const tickets = restClient(
  {
    operations: {
      createMessage,
      getTicket,
      listAttachments,
      listMacros,
      listMessages,
      listTickets,
      renderMacro,
      setAssignee,
      setPriority,
      setStatus,
    },
  },
  { url: '', headers: appHeaders },
)

export type { Macro, Ticket, TicketMessage }

/** Reads every message of a ticket, oldest first: it has at most 1,000. */
export async function fetchMessages(id: Ticket['id'], signal: AbortSignal): Promise<TicketMessage[]> {
  const found: TicketMessage[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) }
    const { body } = await tickets.listMessages({ params: { id }, query, signal })
    found.push(...body.items)
    cursor = body.nextCursor
  }
  return found
}

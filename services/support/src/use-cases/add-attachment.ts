import type { Handler } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { MAX_ATTACHMENTS } from '@stoa/contracts/support/attachments-http'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { attachmentName } from '../domain/attachment-name.ts'
import { decideMessage } from '../domain/ticket.ts'
import { countAttachments, countAttachmentsOf, insertAttachment } from '../store/attachments.ts'
import { lockTicket } from '../store/tickets.ts'
import { changeTicket, publishStatus } from './change-ticket.ts'
import { secondsUntilOneMore } from './daily-limit.ts'
import { noTicket } from './read-tickets.ts'

/** Attaches a file of the customer or of staff. One of the customer is a reply: the ticket waits for staff again. */
export const addAttachment =
  (deps: Deps): Handler<SupportService, 'addAttachment'> =>
  async ({ params, query, blob, caller, refuse, commit }) =>
    commit(async (tx) => {
      const now = deps.clock.now()
      // before the ticket, in the same order as a new message
      const retryAfterSeconds = await secondsUntilOneMore(tx, caller.subject, now, {
        limit: deps.limits.attachmentsPerDay,
        count: countAttachmentsOf,
      })
      const ticket = await lockTicket(tx, params.id)
      if (ticket === undefined || !caller.mayReach(ticket.customerId)) return refuse(noTicket(params.id))
      const author = caller.subject === ticket.customerId ? 'customer' : 'staff'
      if (author === 'customer' && retryAfterSeconds > 0) {
        const detail = `An account can attach ${deps.limits.attachmentsPerDay} files within a day.`
        return refuse('support.too_many_attachments', detail, { retryAfterSeconds })
      }
      const by = author === 'customer' ? 'customer' : 'note'
      const decision = decideMessage(ticket, by, { now, reopenMs: deps.limits.reopenMs })
      if (decision.kind === 'closed') return refuse('support.ticket_closed', `The ticket ${ticket.number} is closed.`)
      if ((await countAttachments(tx, ticket.id)) >= MAX_ATTACHMENTS)
        return refuse('support.attachments_full', `The ticket ${ticket.number} has ${MAX_ATTACHMENTS} attachments.`)
      const { id: ticketId, customerId } = ticket
      const fileName = attachmentName(query.fileName, blob.mediaType)
      const authorId = caller.subject as UserId
      const attachment = { ticketId, customerId, author, authorId, fileName, blob, createdAt: now } as const
      await insertAttachment(tx, attachment)
      const changed = await changeTicket(deps, tx, ticket, { status: decision.status })
      if (changed.status !== ticket.status) await publishStatus(tx, changed)
      return { status: 201, id: blob.id }
    })

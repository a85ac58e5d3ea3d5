import type { PersonalData } from '@stoa/contract'
import type { SupportService } from '@stoa/contracts/support/service'
import { exportFeedback } from '../store/article-feedback.ts'
import { exportAttachments } from '../store/attachments.ts'
import { exportChatMessages, toChatMessage } from '../store/chat-messages.ts'
import { exportMessages } from '../store/messages.ts'
import { erasePerson } from '../store/retention.ts'
import { exportTickets } from '../store/tickets.ts'
import { toTicket } from './read-tickets.ts'

/** The export contains what the customer can read; internal notes belong to staff. */
export const personalData: PersonalData<SupportService> = {
  export: async (customerId, db) => {
    const [tickets, messages, attachments, articleVotes, chat] = await Promise.all([
      exportTickets(db, customerId),
      exportMessages(db, customerId),
      exportAttachments(db, customerId),
      exportFeedback(db, customerId),
      exportChatMessages(db, customerId),
    ])
    const messagesOf = Map.groupBy(messages, ({ ticketId }) => ticketId)
    const attachmentsOf = Map.groupBy(attachments, ({ ticketId }) => ticketId)
    return {
      tickets: tickets.map((ticket) => ({
        ...toTicket(ticket, { isStaff: false }),
        messages: messagesOf.get(ticket.id) ?? [],
        attachments: attachmentsOf.get(ticket.id) ?? [],
      })),
      articleVotes,
      chat: chat.map((each) => toChatMessage(each, { isStaff: false })),
    }
  },
  erase: erasePerson,
}

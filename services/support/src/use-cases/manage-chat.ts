import type { Handler } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { ConversationId } from '@stoa/contracts/support/chat-resources'
import { ticketCreated } from '@stoa/contracts/support/events'
import type { TicketId, TicketMessageId } from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import type { Deps } from '../deps.ts'
import { startSla } from '../domain/sla.ts'
import {
  countConversations,
  findOpenConversation,
  lockConversation,
  openConversation as openStored,
  updateConversation,
} from '../store/conversations.ts'
import { insertMessage } from '../store/messages.ts'
import { insertTicket } from '../store/tickets.ts'
import { secondsUntilOneMore } from './daily-limit.ts'
import { canWorkOnTickets } from './manage-tickets.ts'
import { noConversation } from './read-chat.ts'

const closedRefusal = (id: string) =>
  ({ code: 'support.conversation_closed', detail: `The conversation ${id} is closed.` }) as const

export const openConversation =
  ({ clock, newId, limits }: Deps): Handler<SupportService, 'openConversation'> =>
  async ({ caller, refuse, commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      const limit = { limit: limits.conversationsPerDay, count: countConversations }
      const retryAfterSeconds = await secondsUntilOneMore(tx, caller.subject, now, limit)
      const known = await findOpenConversation(tx, caller.subject)
      if (known !== undefined) return { status: 201, id: known }
      if (retryAfterSeconds > 0) {
        const detail = `An account can open ${limits.conversationsPerDay} conversations within a day.`
        return refuse('support.too_many_conversations', detail, { retryAfterSeconds })
      }
      const id = await openStored(tx, { id: newId() as ConversationId, customerId: caller.subject, now })
      return { status: 201, id }
    })

export const setConversationAssignee =
  ({ clock }: Deps): Handler<SupportService, 'setConversationAssignee'> =>
  async ({ params, body: { assigneeId }, calls, refuse, commit }) => {
    if (assigneeId !== undefined && !(await canWorkOnTickets(calls, assigneeId))) {
      const fields = [{ pointer: '/assigneeId', detail: 'is not an account of customer service' }]
      return refuse('support.assignee_unknown', `The account ${assigneeId} cannot work on conversations.`, { fields })
    }
    return commit(async (tx) => {
      const conversation = await lockConversation(tx, params.id)
      if (conversation === undefined) return refuse(noConversation(params.id))
      if (conversation.status === 'closed') return refuse(closedRefusal(conversation.id))
      // erased after it was checked
      if (assigneeId !== undefined && (await tx.isErased(assigneeId)))
        return refuse('support.assignee_unknown', `The account ${assigneeId} is erased.`)
      if (conversation.assigneeId !== (assigneeId ?? null)) {
        await updateConversation(tx, conversation, { assigneeId: assigneeId ?? null }, clock.now())
        tx.announce(conversation.id)
      }
      return { status: 200, id: conversation.id }
    })
  }

export const closeConversation =
  ({ clock }: Deps): Handler<SupportService, 'closeConversation'> =>
  async ({ params, refuse, commit }) =>
    commit(async (tx) => {
      const conversation = await lockConversation(tx, params.id)
      if (conversation === undefined) return refuse(noConversation(params.id))
      if (conversation.status === 'open') {
        await updateConversation(tx, conversation, { isClosed: true }, clock.now())
        tx.announce(conversation.id)
      }
      return { status: 200, id: conversation.id }
    })

/** Opens a ticket for the customer of a conversation, with a first message of staff. */
export const handOverConversation =
  ({ clock, newId, policy }: Deps): Handler<SupportService, 'handOverConversation'> =>
  async ({ params, body, caller, refuse, commit }) =>
    commit(async (tx) => {
      const now = clock.now()
      const conversation = await lockConversation(tx, params.id)
      if (conversation === undefined) return refuse(noConversation(params.id))
      if (conversation.status === 'closed') return refuse(closedRefusal(conversation.id))
      const { customerId } = conversation
      if (await tx.isErased(customerId)) return refuse(noConversation(params.id))
      const { subject, text, topic = 'other', priority = 'normal' } = body
      const ticketId = newId() as TicketId
      const sla = startSla(policy, priority, now)
      const times = { createdAt: now, updatedAt: now }
      const ticket = await insertTicket(tx, {
        ...times,
        id: ticketId,
        customerId,
        orderId: undefined,
        orderNumber: undefined,
        subject,
        topic,
        priority,
        status: 'open',
        sla,
      })
      const id = newId() as TicketMessageId
      const authorId = caller.subject as UserId
      await insertMessage(tx, {
        id,
        ticketId,
        customerId,
        author: 'staff',
        authorId,
        internal: false,
        text,
        createdAt: now,
      })
      await tx.publish(ticketCreated, ticketId, { ticketId, number: ticket.number, customerId, priority, topic })
      await updateConversation(tx, conversation, { ticketId, isClosed: true }, now)
      tx.announce(conversation.id)
      return { status: 201, id: conversation.id }
    })

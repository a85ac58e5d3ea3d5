import { event, InstantSchema } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, UserId } from '../shared/ids.ts'
import {
  Article,
  ArticleId,
  SlaGoal,
  TicketTopic,
  TicketId,
  TicketMessageId,
  TicketPriority,
  TicketStatus,
} from './resources.ts'

const TicketFact = {
  ticketId: TicketId,
  number: Type.String(),
  customerId: UserId,
  priority: TicketPriority,
}

/** A customer opened a ticket. */
export const ticketCreated = event(
  'ticket.created',
  '1.0.0',
  Type.Object({ ...TicketFact, topic: TicketTopic, orderId: Type.Optional(OrderId) }),
)

/** A ticket changed; `messageId` names the new message of a reply. Internal notes are not published. */
export const ticketUpdated = event(
  'ticket.updated',
  '1.0.0',
  Type.Object({
    ...TicketFact,
    change: Type.Enum(['staff_replied', 'customer_replied', 'assigned', 'prioritised', 'status_changed', 'rated']),
    status: TicketStatus,
    messageId: Type.Optional(TicketMessageId),
    assigneeId: Type.Optional(UserId),
    score: Type.Optional(Type.Integer()),
  }),
)

/** Staff resolved a ticket. A customer's reply can reopen it, so a ticket can be resolved several times. */
export const ticketResolved = event(
  'ticket.resolved',
  '1.0.0',
  Type.Object({ ...TicketFact, resolvedAt: InstantSchema }),
)

/** A ticket missed a goal of its service level; published once for each goal. */
export const ticketSlaBreached = event(
  'ticket.sla_breached',
  '1.0.0',
  Type.Object({ ...TicketFact, goal: SlaGoal, dueAt: InstantSchema, assigneeId: Type.Optional(UserId) }),
)

const { key, locale, topic, title, body, version } = Article.properties
const ArticleFact = { articleId: ArticleId, key, locale }
const ArticleText = Type.Object({ ...ArticleFact, topic, title, body, version })

/** Readers see an article that they did not see before. */
export const articlePublished = event('article.published', '1.0.0', ArticleText)

/** Readers see another text of a published article. */
export const articleUpdated = event('article.updated', '1.0.0', ArticleText)

/** Readers no longer see an article: it was deleted, or is a draft again. */
export const articleDeleted = event('article.deleted', '1.0.0', Type.Object(ArticleFact))

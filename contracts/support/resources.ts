import { idSchema, InstantSchema, nameText, noteText } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { OrderId, UserId } from '../shared/ids.ts'
import { Locale } from '../shared/locale.ts'

/** The id of a ticket. */
export const TicketId = idSchema('ticket')
export type TicketId = Static<typeof TicketId>

/** The id of a message of a ticket. */
export const TicketMessageId = idSchema('ticket-message')
export type TicketMessageId = Static<typeof TicketMessageId>

/** The id of an attachment. */
export const AttachmentId = idSchema('ticket-attachment')
export type AttachmentId = Static<typeof AttachmentId>

/** The id of a macro. */
export const MacroId = idSchema('macro')
export type MacroId = Static<typeof MacroId>

/** The id of an article. */
export const ArticleId = idSchema('article')
export type ArticleId = Static<typeof ArticleId>

/** Open tickets wait for staff, pending ones for the customer; a resolved one is closed if the customer does not reply. */
export const TicketStatus = Type.Enum(['open', 'pending', 'resolved', 'closed'])
export type TicketStatus = Static<typeof TicketStatus>

/** The priority of a ticket; it determines the service level. */
export const TicketPriority = Type.Enum(['low', 'normal', 'high', 'urgent'])
export type TicketPriority = Static<typeof TicketPriority>

/** The subject area of a ticket. */
export const TicketTopic = Type.Enum(['order', 'delivery', 'payment', 'return', 'product', 'account', 'other'])
export type TicketTopic = Static<typeof TicketTopic>

/** A goal of the service level of a ticket. */
export const SlaGoal = Type.Enum(['first_response', 'resolution'])
export type SlaGoal = Static<typeof SlaGoal>

/** The state of one goal: when it is due (missing while the clock is stopped), was reached, and was missed. */
export const GoalState = Type.Object({
  dueAt: Type.Optional(InstantSchema),
  metAt: Type.Optional(InstantSchema),
  breachedAt: Type.Optional(InstantSchema),
})

/** The service level of a ticket; its clock counts business hours and stops while the ticket waits for the customer. */
export const TicketSla = Type.Object({ firstResponse: GoalState, resolution: GoalState })

/** The rating of a resolved ticket by its customer. */
export const TicketRating = Type.Object({
  score: Type.Integer({ minimum: 1, maximum: 5 }),
  comment: Type.Optional(noteText(2_000)),
  ratedAt: InstantSchema,
})
export type TicketRating = Static<typeof TicketRating>

/** A request of a customer for help; the messages have their own route. Staff also see the assignee and the service level. */
export const Ticket = Type.Object({
  id: TicketId,
  number: Type.String({ description: 'for people, such as T-100001' }),
  customerId: UserId,
  orderId: Type.Optional(OrderId),
  orderNumber: Type.Optional(Type.String()),
  subject: nameText(200),
  topic: TicketTopic,
  priority: TicketPriority,
  status: TicketStatus,
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  resolvedAt: Type.Optional(InstantSchema),
  rating: Type.Optional(TicketRating),
  assigneeId: Type.Optional(UserId),
  sla: Type.Optional(TicketSla),
})
export type Ticket = Static<typeof Ticket>

/** A message of a ticket. Internal notes and the authors among staff are visible to staff only. */
export const TicketMessage = Type.Object({
  id: TicketMessageId,
  ticketId: TicketId,
  customerId: UserId,
  author: Type.Enum(['customer', 'staff']),
  authorId: Type.Optional(UserId),
  internal: Type.Boolean(),
  text: noteText(10_000),
  createdAt: InstantSchema,
})
export type TicketMessage = Static<typeof TicketMessage>

/** A file that was attached to a ticket; customers do not see which member of staff attached one. */
export const TicketAttachment = Type.Object({
  id: AttachmentId,
  ticketId: TicketId,
  customerId: UserId,
  author: Type.Enum(['customer', 'staff']),
  authorId: Type.Optional(UserId),
  fileName: nameText(210),
  mediaType: Type.String(),
  sizeBytes: Type.Integer(),
  path: Type.String({ description: 'where the content is read' }),
  createdAt: InstantSchema,
})
export type TicketAttachment = Static<typeof TicketAttachment>

/** A canned reply of staff, whose text can have variables such as `{{ticketNumber}}`. */
export const Macro = Type.Object({
  id: MacroId,
  name: nameText(100),
  locale: Locale,
  text: noteText(10_000),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Macro = Static<typeof Macro>

/** Whether readers see an article. */
export const ArticleStatus = Type.Enum(['draft', 'published'])
export type ArticleStatus = Static<typeof ArticleStatus>

/** An article of the knowledge base in one language, in a version; its translations have the same key. */
export const Article = Type.Object({
  id: ArticleId,
  key: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100, description: 'such as return-goods' }),
  locale: Locale,
  topic: TicketTopic,
  status: ArticleStatus,
  title: nameText(200),
  body: noteText(20_000),
  version: Type.Integer({ description: 'the version of title and body' }),
  publishedVersion: Type.Optional(Type.Integer({ description: 'the version that readers see' })),
  publishedAt: Type.Optional(InstantSchema),
  updatedAt: InstantSchema,
  votes: Type.Optional(
    Type.Object({ helpful: Type.Integer(), notHelpful: Type.Integer() }, { description: 'for staff only' }),
  ),
})
export type Article = Static<typeof Article>

/** An article in a list, with the beginning of its text. */
export const ArticleSummary = Type.Object({
  id: ArticleId,
  key: Article.properties.key,
  locale: Locale,
  topic: TicketTopic,
  status: ArticleStatus,
  title: Article.properties.title,
  excerpt: Type.String(),
  updatedAt: InstantSchema,
})
export type ArticleSummary = Static<typeof ArticleSummary>

/** One version of the text of an article. */
export const ArticleVersion = Type.Object({
  version: Type.Integer(),
  title: Article.properties.title,
  body: Article.properties.body,
  authorId: Type.Optional(UserId),
  createdAt: InstantSchema,
})
export type ArticleVersion = Static<typeof ArticleVersion>

/** The vote of an account on an article. */
export const ArticleFeedback = Type.Object({
  articleId: ArticleId,
  userId: UserId,
  helpful: Type.Boolean(),
  comment: Type.Optional(noteText(1_000)),
  votedAt: InstantSchema,
})
export type ArticleFeedback = Static<typeof ArticleFeedback>

/** Sentences of a published article that answer a question, as the article has them. */
export const AnswerSource = Type.Object({
  articleId: ArticleId,
  key: Article.properties.key,
  locale: Locale,
  title: Article.properties.title,
  version: Type.Integer({ description: 'the published version that is quoted' }),
  quotes: Type.Array(Type.String()),
  score: Type.Number({ description: 'how well the article answers the question, from 0 to 1' }),
})
export type AnswerSource = Static<typeof AnswerSource>

/** An answer from the knowledge base. */
export const Answer = Type.Object({
  outcome: Type.Enum(['answered', 'no_answer']),
  sources: Type.Array(AnswerSource, { description: 'best first; empty without an answer' }),
})
export type Answer = Static<typeof Answer>

import type { Tx } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import { articlePublished, ticketCreated } from '@stoa/contracts/support/events'
import type {
  ArticleId,
  TicketId,
  TicketMessageId,
  TicketPriority,
  TicketTopic,
} from '@stoa/contracts/support/resources'
import type { SupportService } from '@stoa/contracts/support/service'
import { defineSeed } from '@stoa/service'
import { supportService } from './service.ts'
import { insertArticle, insertVersion, setPublished } from './store/articles.ts'
import { insertMacro } from './store/macros.ts'
import { insertMessage } from './store/messages.ts'
import { insertTicket, updateTicket } from './store/tickets.ts'

/** A ticket that waits for staff, or for its customer if staff have replied. */
interface SeededTicket {
  readonly id: string
  readonly customerId: string
  readonly staffId: string
  readonly topic: TicketTopic
  readonly priority: TicketPriority
  readonly subject: string
  readonly messages: readonly { readonly id: string; readonly text: string }[]
}

interface SeededMacro {
  readonly id: string
  readonly name: string
  readonly locale: string
  readonly text: string
}

interface SeededArticle {
  readonly id: string
  readonly key: string
  readonly locale: string
  readonly topic: TicketTopic
  readonly title: string
  readonly body: string
}

/** The tickets, canned replies and articles. */
export interface SeededSupport {
  readonly tickets: readonly SeededTicket[]
  readonly macros: readonly SeededMacro[]
  readonly articles: readonly SeededArticle[]
}

/** The demonstration data. */
export const seed = defineSeed<SupportService, SeededSupport>(supportService, async (tx, { clock }, data) => {
  const at = clock.now()
  for (const ticket of data.tickets) await seedTicket(tx, ticket, at)
  for (const macro of data.macros) await insertMacro(tx, { ...macro, at })
  for (const article of data.articles) await seedArticle(tx, article, at)
})

/** Inserts a ticket. Its goals are due at no time until its next change: no one has to answer for a demonstration. */
async function seedTicket(tx: Tx<SupportService>, seeded: SeededTicket, at: Temporal.Instant): Promise<void> {
  const { topic, priority, subject, messages } = seeded
  const [id, customerId] = [seeded.id as TicketId, seeded.customerId as UserId]
  const isAnswered = messages.length > 1
  const ticket = await insertTicket(tx, {
    id,
    customerId,
    topic,
    priority,
    subject,
    status: 'open',
    createdAt: at,
    updatedAt: at,
    sla: { usedMs: 0, runningSince: at, goals: { first_response: {}, resolution: {} } },
  })
  for (const [index, message] of messages.entries()) {
    const isOfCustomer = index % 2 === 0
    await insertMessage(tx, {
      id: message.id as TicketMessageId,
      ticketId: id,
      customerId,
      author: isOfCustomer ? 'customer' : 'staff',
      authorId: (isOfCustomer ? customerId : seeded.staffId) as UserId,
      internal: false,
      text: message.text,
      createdAt: at,
    })
  }
  await tx.publish(ticketCreated, id, { ticketId: id, number: ticket.number, customerId, priority, topic })
  if (!isAnswered) return
  const goals = { first_response: { metAt: at }, resolution: {} }
  await updateTicket(tx, { ...ticket, status: 'pending', messageCount: messages.length, sla: { usedMs: 0, goals } })
}

async function seedArticle(tx: Tx<SupportService>, seeded: SeededArticle, at: Temporal.Instant): Promise<void> {
  const { key, locale, topic, title, body } = seeded
  const id = seeded.id as ArticleId
  await insertArticle(tx, { id, key, locale, topic, at })
  await insertVersion(tx, id, 1, { title, body, authorId: null, at })
  await setPublished(tx, id, 1, { title, body, at })
  await tx.publish(articlePublished, id, { articleId: id, key, locale, topic, title, body, version: 1 })
}

import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, UserId } from '@stoa/contracts/shared/ids'
import type { TicketTopic, TicketId, TicketPriority, TicketStatus } from '@stoa/contracts/support/resources'
import { fragment } from '@stoa/postgres'
import type { Goal, Sla } from '../domain/sla.ts'

/** A ticket as it is stored. */
export interface StoredTicket {
  readonly id: TicketId
  readonly number: string
  readonly customerId: UserId
  readonly orderId?: OrderId | undefined
  readonly orderNumber?: string | undefined
  readonly subject: string
  readonly topic: TicketTopic
  readonly priority: TicketPriority
  readonly status: TicketStatus
  readonly assigneeId?: UserId | undefined
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
  readonly resolvedAt?: Temporal.Instant | undefined
  readonly closedAt?: Temporal.Instant | undefined
  readonly sla: Sla
  readonly rating?: StoredRating | undefined
  readonly messageCount: number
  readonly version: number
}

/** The rating of a ticket. */
export interface StoredRating {
  readonly score: number
  readonly comment?: string | undefined
  readonly ratedAt: Temporal.Instant
}

interface TicketRow {
  readonly id: TicketId
  readonly number: number
  readonly customer_id: UserId
  readonly order_id: OrderId | null
  readonly order_number: string | null
  readonly subject: string
  readonly topic: TicketTopic
  readonly priority: TicketPriority
  readonly status: TicketStatus
  readonly assignee_id: UserId | null
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
  readonly resolved_at: Temporal.Instant | null
  readonly closed_at: Temporal.Instant | null
  readonly used_ms: number
  readonly running_since: Temporal.Instant | null
  readonly first_response_due_at: Temporal.Instant | null
  readonly first_response_met_at: Temporal.Instant | null
  readonly first_response_breached_at: Temporal.Instant | null
  readonly resolution_due_at: Temporal.Instant | null
  readonly resolution_met_at: Temporal.Instant | null
  readonly resolution_breached_at: Temporal.Instant | null
  readonly rating_score: number | null
  readonly rating_comment: string | null
  readonly rated_at: Temporal.Instant | null
  readonly message_count: number
  readonly version: number
}

function fromRow(row: TicketRow): StoredTicket {
  return {
    id: row.id,
    number: `T-${row.number}`,
    customerId: row.customer_id,
    orderId: row.order_id ?? undefined,
    orderNumber: row.order_number ?? undefined,
    subject: row.subject,
    topic: row.topic,
    priority: row.priority,
    status: row.status,
    assigneeId: row.assignee_id ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    resolvedAt: row.resolved_at ?? undefined,
    closedAt: row.closed_at ?? undefined,
    sla: slaOf(row),
    rating: ratingOf(row),
    messageCount: row.message_count,
    version: row.version,
  }
}

function slaOf(row: TicketRow): Sla {
  const goal = (dueAt: Instant, metAt: Instant, breachedAt: Instant): Goal => ({
    dueAt: dueAt ?? undefined,
    metAt: metAt ?? undefined,
    breachedAt: breachedAt ?? undefined,
  })
  return {
    usedMs: Number(row.used_ms),
    runningSince: row.running_since ?? undefined,
    goals: {
      first_response: goal(row.first_response_due_at, row.first_response_met_at, row.first_response_breached_at),
      resolution: goal(row.resolution_due_at, row.resolution_met_at, row.resolution_breached_at),
    },
  }
}
type Instant = Temporal.Instant | null

function ratingOf({ rating_score: score, rating_comment: comment, rated_at: ratedAt }: TicketRow) {
  return score === null || ratedAt === null ? undefined : { score, comment: comment ?? undefined, ratedAt }
}

/** What a new ticket is created with. */
export type NewTicket = Omit<
  StoredTicket,
  'number' | 'assigneeId' | 'resolvedAt' | 'closedAt' | 'rating' | 'messageCount' | 'version'
>

/** Inserts a ticket; returns it with its number. */
export async function insertTicket(tx: WriteHandle, ticket: NewTicket): Promise<StoredTicket> {
  const { first_response: first, resolution } = ticket.sla.goals
  const [row] = await tx.sql<TicketRow>`
    insert into tickets (id, customer_id, order_id, order_number, subject, topic, priority, status,
        created_at, updated_at, used_ms, running_since, first_response_due_at, resolution_due_at)
      values (${ticket.id}, ${ticket.customerId}, ${ticket.orderId ?? null}, ${ticket.orderNumber ?? null},
        ${ticket.subject}, ${ticket.topic}, ${ticket.priority}, ${ticket.status}, ${ticket.createdAt},
        ${ticket.updatedAt}, ${ticket.sla.usedMs}, ${ticket.sla.runningSince ?? null}, ${first.dueAt ?? null},
        ${resolution.dueAt ?? null})
      returning *`
  if (row === undefined) throw new Error('the ticket was not inserted')
  return fromRow(row)
}

/** Writes everything of a locked ticket that can change. */
export async function updateTicket(tx: WriteHandle, ticket: StoredTicket): Promise<void> {
  const { sla, rating } = ticket
  const { first_response: first, resolution } = sla.goals
  await tx.sql`
    update tickets set priority = ${ticket.priority}, status = ${ticket.status},
        assignee_id = ${ticket.assigneeId ?? null}, updated_at = ${ticket.updatedAt},
        resolved_at = ${ticket.resolvedAt ?? null}, closed_at = ${ticket.closedAt ?? null},
        used_ms = ${sla.usedMs}, running_since = ${sla.runningSince ?? null},
        first_response_due_at = ${first.dueAt ?? null}, first_response_met_at = ${first.metAt ?? null},
        first_response_breached_at = ${first.breachedAt ?? null},
        resolution_due_at = ${resolution.dueAt ?? null}, resolution_met_at = ${resolution.metAt ?? null},
        resolution_breached_at = ${resolution.breachedAt ?? null},
        rating_score = ${rating?.score ?? null}, rating_comment = ${rating?.comment ?? null},
        rated_at = ${rating?.ratedAt ?? null}, message_count = ${ticket.messageCount}, version = version + 1
      where id = ${ticket.id}`
}

/** The ticket of this id. */
export async function findTicket(db: ReadHandle, id: string): Promise<StoredTicket | undefined> {
  const [row] = await db.sql<TicketRow>`select * from tickets where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The ticket of this id, its row locked. */
export async function lockTicket(tx: WriteHandle, id: string): Promise<StoredTicket | undefined> {
  const [row] = await tx.sql<TicketRow>`select * from tickets where id = ${id} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** Which tickets a list contains. */
export interface TicketFilter {
  readonly status?: string | undefined
  readonly priority?: string | undefined
  readonly topic?: string | undefined
  readonly assigneeId?: string | undefined
  readonly customerId?: string | undefined
  readonly orderId?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Tickets before an id, newest first. */
export async function listTickets(db: ReadHandle, filter: TicketFilter): Promise<StoredTicket[]> {
  const { status, priority, topic, assigneeId, customerId, orderId, beforeId, limit } = filter
  const rows = await db.sql<TicketRow>`
    select * from tickets where true
      ${status === undefined ? fragment`` : fragment`and status = ${status}`}
      ${priority === undefined ? fragment`` : fragment`and priority = ${priority}`}
      ${topic === undefined ? fragment`` : fragment`and topic = ${topic}`}
      ${assigneeId === undefined ? fragment`` : fragment`and assignee_id = ${assigneeId}`}
      ${customerId === undefined ? fragment`` : fragment`and customer_id = ${customerId}`}
      ${orderId === undefined ? fragment`` : fragment`and order_id = ${orderId}`}
      ${beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`}
      order by id desc limit ${limit}`
  return rows.map(fromRow)
}

/** Tickets with a goal that was due before this time and is not noted as missed, locked; those that others hold are left out. */
export async function lockOverdueTickets(
  tx: WriteHandle,
  now: Temporal.Instant,
  limit: number,
): Promise<StoredTicket[]> {
  // each goal by its own index: over both in one condition, the plan can be to read the whole table
  const rows = await tx.sql<TicketRow>`
    select * from tickets where id = any(array(
      (select id from tickets
        where first_response_due_at < ${now} and first_response_met_at is null and first_response_breached_at is null
        order by first_response_due_at limit ${limit})
      union
      (select id from tickets
        where resolution_due_at < ${now} and resolution_met_at is null and resolution_breached_at is null
        order by resolution_due_at limit ${limit})
    )) for update skip locked`
  return rows.map(fromRow)
}

/** Tickets that have waited for their customers, unchanged, since this time, locked; those that others hold are left out. */
export async function lockSilentTickets(
  tx: WriteHandle,
  until: Temporal.Instant,
  limit: number,
): Promise<StoredTicket[]> {
  const rows = await tx.sql<TicketRow>`
    select * from tickets where status = 'pending' and updated_at <= ${until}
      order by updated_at limit ${limit} for update skip locked`
  return rows.map(fromRow)
}

/** Tickets that were resolved until this time and are not closed, locked; those that others hold are left out. */
export async function lockResolvedTickets(
  tx: WriteHandle,
  until: Temporal.Instant,
  limit: number,
): Promise<StoredTicket[]> {
  const rows = await tx.sql<TicketRow>`
    select * from tickets where status = 'resolved' and resolved_at <= ${until}
      order by resolved_at limit ${limit} for update skip locked`
  return rows.map(fromRow)
}

/** Every ticket of a customer, for the export of personal data. */
export async function exportTickets(db: ReadHandle, customerId: string): Promise<StoredTicket[]> {
  const rows = await db.sql<TicketRow>`select * from tickets where customer_id = ${customerId} order by id`
  return rows.map(fromRow)
}

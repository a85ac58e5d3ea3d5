import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** Orders what a customer creates, until the transaction ends, so that two requests at once are counted one after the other. */
export async function lockCustomer(tx: WriteHandle, customerId: string): Promise<void> {
  await advisoryXactLock(tx, `support customer ${customerId}`)
}

/** How many things were created since a time, and when the oldest of them was. */
export interface Created {
  readonly count: number
  readonly oldestAt: Temporal.Instant | null
}

export async function countTickets(db: ReadHandle, customerId: string, since: Temporal.Instant): Promise<Created> {
  const [row] = await db.sql<Created>`
    select count(*)::int as count, min(created_at) as "oldestAt" from tickets
      where customer_id = ${customerId} and created_at > ${since}`
  return row ?? { count: 0, oldestAt: null }
}

export async function countMessages(db: ReadHandle, customerId: string, since: Temporal.Instant): Promise<Created> {
  const [row] = await db.sql<Created>`
    select count(*)::int as count, min(created_at) as "oldestAt" from ticket_messages
      where customer_id = ${customerId} and author = 'customer' and created_at > ${since}`
  return row ?? { count: 0, oldestAt: null }
}

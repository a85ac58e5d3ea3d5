import { dropBlobs } from '@stoa/blobs'
import type { WriteHandle } from '@stoa/contract'
import { deleteAttachmentsOf } from './attachments.ts'

/** Deletes tickets that were closed before this time, with their messages and attachments; returns how many. */
export async function deleteClosedTickets(tx: WriteHandle, before: Temporal.Instant, limit: number): Promise<number> {
  const rows = await tx.sql<{ id: string }>`
    select id from tickets where status = 'closed' and closed_at < ${before}
      order by closed_at limit ${limit} for update skip locked`
  await deleteLockedTickets(tx, rows)
  return rows.length
}

/** While a ticket is locked, no file is attached to it, so that each of its blobs is dropped. */
async function deleteLockedTickets(tx: WriteHandle, tickets: readonly { readonly id: string }[]): Promise<void> {
  const ids = tickets.map(({ id }) => id)
  await dropBlobs(tx, await deleteAttachmentsOf(tx, ids))
  await tx.sql`delete from tickets where id = any(${ids}::uuid[])`
}

/** Deletes the tickets and votes of a person, and removes the person as assignee and author of the tickets of others. */
export async function erasePerson(tx: WriteHandle, personId: string): Promise<void> {
  await tx.sql`delete from article_feedback where user_id = ${personId}`
  await tx.sql`update article_versions set author_id = null where author_id = ${personId}`
  await inPortions(
    () => tx.sql`
      update ticket_messages set author_id = null where id = any(array(
        select id from ticket_messages where author_id = ${personId} and author = 'staff' order by id limit ${portion}
      )) returning 1`,
  )
  await inPortions(
    () => tx.sql`
      update ticket_attachments set author_id = null where id = any(array(
        select id from ticket_attachments where author_id = ${personId} and author = 'staff' order by id limit ${portion}
      )) returning 1`,
  )
  await inPortions(
    () => tx.sql`
      update chat_messages set author_id = null where (conversation_id, sequence) in (
        select conversation_id, sequence from chat_messages where author_id = ${personId} and author = 'staff' limit ${portion}
      ) returning 1`,
  )
  await inPortions(
    () => tx.sql`
      update chat_conversations set assignee_id = null, version = version + 1 where id = any(array(
        select id from chat_conversations where assignee_id = ${personId} order by id limit ${portion}
      )) returning 1`,
  )
  await inPortions(
    () => tx.sql`
      delete from chat_conversations where id = any(array(
        select id from chat_conversations where customer_id = ${personId} order by id limit 100
      )) returning 1`,
    100,
  )
  // last, so that the tickets are locked for a short time only
  const own = await tx.sql<{ id: string }>`select id from tickets where customer_id = ${personId} for update`
  await deleteLockedTickets(tx, own)
  await inPortions(
    () => tx.sql`
      update tickets set assignee_id = null, version = version + 1 where id = any(array(
        select id from tickets where assignee_id = ${personId} order by id limit ${portion}
      )) returning 1`,
  )
}

/** Rows for each statement: a member of staff who wrote for years must not reach the time limit of a statement. */
const portion = 5_000

async function inPortions(change: () => Promise<readonly object[]>, rows = portion): Promise<void> {
  while ((await change()).length === rows);
}

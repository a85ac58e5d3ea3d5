import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'

type Instant = Temporal.Instant

/** Returns guests that were made, or last found to have an order, before a time, longest ago first. */
export async function listOldGuests(db: ReadHandle, before: Instant, limit: number): Promise<UserId[]> {
  const rows = await db.sql<{ id: UserId }>`
    select id from users
     where kind = 'guest' and deleted_at is null and coalesce(guest_kept_at, created_at) < ${before}
     order by coalesce(guest_kept_at, created_at) limit ${limit}`
  return rows.map(({ id }) => id)
}

/** Notes that these guests have orders and are kept. */
export async function keepGuests(tx: WriteHandle, ids: readonly string[], at: Instant): Promise<void> {
  await tx.sql`update users set guest_kept_at = ${at} where id = any (${ids}::uuid[]) and deleted_at is null`
}

/** Deletes the row of a guest that was erased; one with points of completed orders stays as an erased account. */
export async function deleteGuest(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`
    delete from users
     where id = ${id} and kind = 'guest' and deleted_at is not null
       and not exists (select 1 from loyalty_purchases where user_id = ${id})
       and not exists (select 1 from loyalty_entries where user_id = ${id})`
}

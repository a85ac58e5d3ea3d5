import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** Takes an account's tier over; the events of one account come in their order. */
export async function saveTier(tx: WriteHandle, customerId: string, tier: string): Promise<void> {
  await tx.sql`
    insert into customers (customer_id, tier) values (${customerId}, ${tier})
    on conflict (customer_id) do update set tier = excluded.tier`
}

/** The tier of an account; undefined for one that is not known. */
export async function findTier(db: ReadHandle, customerId: string): Promise<string | undefined> {
  const [row] = await db.sql<{ tier: string }>`select tier from customers where customer_id = ${customerId}`
  return row?.tier
}

/** Forgets an account. */
export async function deleteCustomer(tx: WriteHandle, customerId: string): Promise<void> {
  await tx.sql`delete from customers where customer_id = ${customerId}`
}

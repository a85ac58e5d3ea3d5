import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'

/** Notes who has bought, unless the account was erased. */
export async function insertBuyer({ sql }: WriteHandle, saleId: string, customerId: string): Promise<void> {
  await sql`
    insert into sale_buyers (sale_id, customer_id)
    select ${saleId}, ${customerId} where not is_erased(${customerId}) on conflict do nothing`
}

/** Who has bought, if that is known. */
export async function findBuyer({ sql }: ReadHandle, saleId: string): Promise<UserId | undefined> {
  const [row] = await sql<{ customer_id: UserId }>`select customer_id from sale_buyers where sale_id = ${saleId}`
  return row?.customer_id
}

/** Forgets what an account has bought. */
export async function deleteBuyer({ sql }: WriteHandle, customerId: string): Promise<void> {
  await sql`delete from sale_buyers where customer_id = ${customerId}`
}

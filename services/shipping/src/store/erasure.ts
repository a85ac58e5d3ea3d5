import type { WriteHandle } from '@stoa/contract'
import { json } from '@stoa/postgres'

const erased = { name: 'erased', line1: 'erased', city: 'erased', postalCode: 'erased', country: 'ZZ' }

/**
 * Remembers that an account is erased, and forgets where its ended shipments went. The rows are locked first: one that
 * ends at the same time is either seen as ended here, or sees the account as erased.
 */
export async function eraseCustomer(tx: WriteHandle, customerId: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`insert into erased_customers (customer_id, at) values (${customerId}, ${at}) on conflict do nothing`
  await tx.sql`select 1 from shipments where customer_id = ${customerId} order by id for update`
  await tx.sql`
    update shipments set address = ${json(erased)}
     where customer_id = ${customerId} and status in ('delivered', 'failed', 'cancelled')`
}

/** Forgets where a shipment went that has ended after its customer's account was erased. */
export async function eraseWhenCustomerIsErased(tx: WriteHandle, shipmentId: string): Promise<void> {
  await tx.sql`
    update shipments set address = ${json(erased)}
     where id = ${shipmentId} and customer_id in (select customer_id from erased_customers)`
}

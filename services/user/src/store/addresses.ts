import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UserId } from '@stoa/contracts/shared/ids'
import type { Address, NewAddress } from '@stoa/contracts/user/resources'
import { compact } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface AddressRow {
  readonly id: string
  readonly user_id: UserId
  readonly label: string | null
  readonly name: string
  readonly line1: string
  readonly line2: string | null
  readonly city: string
  readonly state: string | null
  readonly postal_code: string | null
  readonly country: string
  readonly is_default: boolean
  readonly version: number
}

function fromRow(row: AddressRow): Address {
  return compact({
    id: row.id,
    userId: row.user_id,
    label: row.label ?? undefined,
    name: row.name,
    line1: row.line1,
    line2: row.line2 ?? undefined,
    city: row.city,
    state: row.state ?? undefined,
    postalCode: row.postal_code ?? undefined,
    country: row.country,
    isDefault: row.is_default,
    version: row.version,
  })
}

/** Writes a new address of an account. */
export async function insertAddress(
  tx: WriteHandle,
  id: string,
  userId: string,
  address: NewAddress,
): Promise<Address> {
  const [row] = await tx.sql<AddressRow>`
    insert into addresses (id, user_id, label, name, line1, line2, city, state, postal_code, country, is_default)
    values (${id}, ${userId}, ${address.label ?? null}, ${address.name}, ${address.line1}, ${address.line2 ?? null},
            ${address.city}, ${address.state ?? null}, ${address.postalCode ?? null}, ${address.country}, ${address.isDefault ?? false})
    returning *`
  return written(row)
}

/** Replaces an address of an account; its version must have been checked under its lock. */
export async function updateAddress(tx: WriteHandle, { id, userId }: Address, address: NewAddress): Promise<Address> {
  const [row] = await tx.sql<AddressRow>`
    update addresses
       set label = ${address.label ?? null}, name = ${address.name}, line1 = ${address.line1}, line2 = ${address.line2 ?? null},
           city = ${address.city}, state = ${address.state ?? null}, postal_code = ${address.postalCode ?? null}, country = ${address.country},
           is_default = ${address.isDefault ?? false}, version = version + 1
     where id = ${id} and user_id = ${userId}
    returning *`
  return written(row)
}

function written(row: AddressRow | undefined): Address {
  if (row === undefined) throw new Error('a write returned no row')
  return fromRow(row)
}

/** How many addresses an account has. */
export async function countAddresses(db: ReadHandle, userId: string): Promise<number> {
  const [row] = await db.sql<{ count: number }>`select count(*)::int as count from addresses where user_id = ${userId}`
  return row?.count ?? 0
}

/** Makes room for another default address. */
export async function clearDefaultAddress(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`
    update addresses set is_default = false, version = version + 1 where user_id = ${userId} and is_default`
}

/** An address of an account. */
export async function findAddress(db: ReadHandle, userId: string, id: string): Promise<Address | undefined> {
  const [row] = await db.sql<AddressRow>`select * from addresses where id = ${id} and user_id = ${userId}`
  return row === undefined ? undefined : fromRow(row)
}

/** An address of an account with its row locked. */
export async function lockAddress(tx: WriteHandle, userId: string, id: string): Promise<Address | undefined> {
  const [row] = await tx.sql<AddressRow>`select * from addresses where id = ${id} and user_id = ${userId} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** An account's addresses, oldest first. */
export async function listAddresses(
  db: ReadHandle,
  userId: string,
  { afterId, limit }: { readonly afterId?: string | undefined; readonly limit: number },
): Promise<Address[]> {
  const after = afterId === undefined ? fragment`` : fragment`and id > ${afterId}`
  const rows = await db.sql<AddressRow>`
    select * from addresses where user_id = ${userId} ${after} order by id limit ${limit}`
  return rows.map(fromRow)
}

export async function deleteAddress(tx: WriteHandle, userId: string, id: string): Promise<void> {
  await tx.sql`delete from addresses where id = ${id} and user_id = ${userId}`
}

export async function deleteAddressesOf(tx: WriteHandle, userId: string): Promise<void> {
  await tx.sql`delete from addresses where user_id = ${userId}`
}

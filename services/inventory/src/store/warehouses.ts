import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Warehouse } from '@stoa/contracts/inventory/resources'

/** Every warehouse, by its code. */
export async function listWarehouses(db: ReadHandle): Promise<Warehouse[]> {
  return db.sql<Warehouse>`select id, code, name, country from warehouses order by code`
}

/** Returns the missing ones of these warehouses. */
export async function findUnknownWarehouses(db: ReadHandle, ids: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ id: string }>`select id from warehouses where id = any(${ids}::uuid[])`
  return ids.filter((id) => !rows.some((row) => row.id === id))
}

/** Inserts the warehouses whose codes are free; returns their number. */
export async function insertWarehouses(tx: WriteHandle, warehouses: readonly Warehouse[]): Promise<number> {
  const rows = await tx.sql`
    insert into warehouses (id, code, name, country)
    select * from unnest(${warehouses.map(({ id }) => id)}::uuid[], ${warehouses.map(({ code }) => code)}::text[],
                         ${warehouses.map(({ name }) => name)}::text[], ${warehouses.map(({ country }) => country)}::text[])
    on conflict (code) do nothing
    returning 1 as one`
  return rows.length
}

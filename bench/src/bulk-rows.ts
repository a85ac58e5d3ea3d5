import { readFile } from 'node:fs/promises'
import type { Database } from '@stoa/postgres'
import { openDatabase } from '@stoa/postgres'

/** Opens the database of a running service, whose address stands in its environment; Linux only. */
export async function databaseOf(pid: number): Promise<Database> {
  return openDatabase({ url: await databaseUrlOf(pid), applicationName: 'bench', statementTimeoutMs: 600_000 })
}

/** The address of the database of a running service. */
export async function databaseUrlOf(pid: number): Promise<string> {
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
  const url = environment.find((entry) => entry.startsWith('DATABASE_URL='))?.slice('DATABASE_URL='.length)
  if (url === undefined) throw new Error(`process ${pid} has no database`)
  return url
}

/**
 * Brings the catalogue to so many products: copies of those there are, with names and SKUs of their own. The read model
 * is to be made again after it.
 */
export async function growProducts(database: Database, wanted: number): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.sql<{ count: number }>`select count(*) as count from products`
    const missing = wanted - (row?.count ?? 0)
    if (missing <= 0) return
    await tx.sql`
      with seeded as (
        select document, row_number() over (order by id) - 1 as place, count(*) over () as total
          from products
      ), made as (
        insert into products (id, document, created_at, updated_at)
        select uuidv7(), document || jsonb_build_object(
                 'name', (document ->> 'name') || ' ' || number,
                 'variants', (select jsonb_agg(variant || jsonb_build_object('sku', (variant ->> 'sku') || '-' || number))
                                from jsonb_array_elements(document -> 'variants') as variant)),
               now(), now()
          from generate_series(${row?.count ?? 0}::int, ${wanted - 1}::int) as number
          join seeded on seeded.place = number % total
        returning id, document
      ), skus as (
        insert into variants (sku, product_id, name, status, tax_class, weight_grams, version)
        select variant ->> 'sku', made.id, variant ->> 'name', document ->> 'status', document ->> 'taxClass',
               (variant ->> 'weightGrams')::int, 1
          from made, jsonb_array_elements(document -> 'variants') as variant
        returning sku
      )
      insert into list_prices (sku, amount, currency) select sku, 100 + abs(hashtext(sku)) % 9900, 'EUR' from skus`
    await tx.sql`analyze`
  })
}

/** Brings the orders to so many: copies of this one, one in twenty of its customer's, all others of others'. */
export async function growOrders(database: Database, orderId: string, wanted: number): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.sql<{ count: number }>`select count(*) as count from orders`
    await tx.sql`
      insert into orders select (jsonb_populate_record(orders, jsonb_build_object(
               'id', uuidv7(), 'number', 'B-' || copy,
               'customer_id', case when copy % 20 = 0 then customer_id else gen_random_uuid() end))).*
        from orders, generate_series(${row?.count ?? 0}::int, ${wanted - 1}::int) as copy
       where id = ${orderId}`
    await tx.sql`analyze`
  })
}

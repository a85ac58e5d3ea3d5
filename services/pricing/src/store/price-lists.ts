import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Price, PriceList } from '@stoa/contracts/pricing/resources'
import { json } from '@stoa/postgres'
import { requireVersion } from '@stoa/service'
import { keepVersion, nextVersion } from './last-versions.ts'

interface ListRow {
  readonly id: string
  readonly name: string
  readonly currency: string
  readonly customer_group: string | null
  readonly tax_inclusive: boolean
  readonly valid_from: Temporal.Instant | null
  readonly valid_until: Temporal.Instant | null
  readonly version: number
}

function listFromRow(row: ListRow): PriceList {
  return {
    id: row.id,
    name: row.name,
    currency: row.currency,
    ...(row.customer_group === null ? {} : { customerGroup: row.customer_group }),
    taxInclusive: row.tax_inclusive,
    ...(row.valid_from === null ? {} : { validFrom: row.valid_from.toString() }),
    ...(row.valid_until === null ? {} : { validUntil: row.valid_until.toString() }),
    version: row.version,
  }
}

/** The description of a price list. */
export type PriceListFields = Omit<PriceList, 'id' | 'version'>

/** Price lists after an id, in the order of their ids. */
export async function listPriceLists(db: ReadHandle, afterId: string | undefined, limit: number): Promise<PriceList[]> {
  const rows = await db.sql<ListRow>`
    select * from price_lists where ${afterId}::uuid is null or id > ${afterId} order by id limit ${limit}`
  return rows.map(listFromRow)
}

export async function findPriceList(db: ReadHandle, id: string): Promise<PriceList | undefined> {
  const [row] = await db.sql<ListRow>`select * from price_lists where id = ${id}`
  return row === undefined ? undefined : listFromRow(row)
}

/** A list with its row locked for a change of it; undefined when there is none. */
export async function lockPriceList(tx: WriteHandle, id: string): Promise<PriceList | undefined> {
  const [row] = await tx.sql<ListRow>`select * from price_lists where id = ${id} for update`
  return row === undefined ? undefined : listFromRow(row)
}

/** A list that stays as it is until the transaction ends, for a change of its prices; undefined when there is none. */
export async function holdPriceList(tx: WriteHandle, id: string): Promise<PriceList | undefined> {
  const [row] = await tx.sql<ListRow>`select * from price_lists where id = ${id} for share`
  return row === undefined ? undefined : listFromRow(row)
}

/** Writes a new list; false when one of this name exists. */
export async function insertPriceList(tx: WriteHandle, id: string, list: PriceListFields): Promise<boolean> {
  const { name, currency, customerGroup, taxInclusive, validFrom, validUntil } = list
  const rows = await tx.sql`
    insert into price_lists (id, name, currency, customer_group, tax_inclusive, valid_from, valid_until)
    values (${id}, ${name}, ${currency}, ${customerGroup}, ${taxInclusive}, ${validFrom}, ${validUntil})
    on conflict (name) do nothing returning 1`
  return rows.length > 0
}

/** The result of changing a versioned row; another version than the expected one throws `request.stale`. */
export type Change = 'changed' | 'not_found' | 'taken'

export async function replacePriceList(
  tx: WriteHandle,
  id: string,
  list: PriceListFields,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number; taken: boolean }>`
    select version, exists (select from price_lists o where o.name = ${list.name} and o.id <> ${id}) as taken
      from price_lists where id = ${id} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  if (row.taken) return 'taken'
  const { name, currency, customerGroup, taxInclusive, validFrom, validUntil } = list
  await tx.sql`
    update price_lists set name = ${name}, currency = ${currency}, customer_group = ${customerGroup},
      tax_inclusive = ${taxInclusive}, valid_from = ${validFrom}, valid_until = ${validUntil}, version = version + 1
     where id = ${id}`
  return 'changed'
}

export async function deletePriceList(tx: WriteHandle, id: string, expected: string | undefined): Promise<Change> {
  const [row] = await tx.sql<{ version: number }>`select version from price_lists where id = ${id} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  await tx.sql`delete from price_lists where id = ${id}`
  return 'changed'
}

interface PriceRow {
  readonly price_list_id: string
  readonly sku: string
  readonly breaks: Price['breaks']
  readonly version: number
}

const priceFromRow = ({ price_list_id: priceListId, sku, breaks, version }: PriceRow): Price => ({
  priceListId,
  sku,
  breaks,
  version,
})

export async function listPrices(
  db: ReadHandle,
  priceListId: string,
  afterSku: string | undefined,
  limit: number,
): Promise<Price[]> {
  const rows = await db.sql<PriceRow>`
    select * from prices where price_list_id = ${priceListId} and (${afterSku}::text is null or sku > ${afterSku}) order by sku limit ${limit}`
  return rows.map(priceFromRow)
}

/** Every price of a list. */
export async function listAllPrices(db: ReadHandle, priceListId: string): Promise<Price[]> {
  const rows = await db.sql<PriceRow>`select * from prices where price_list_id = ${priceListId} order by sku`
  return rows.map(priceFromRow)
}

export async function findPrice(db: ReadHandle, priceListId: string, sku: string): Promise<Price | undefined> {
  const [row] = await db.sql<PriceRow>`select * from prices where price_list_id = ${priceListId} and sku = ${sku}`
  return row === undefined ? undefined : priceFromRow(row)
}

/** Sets a price, whether there was one or not. */
export async function savePrice(
  tx: WriteHandle,
  priceListId: string,
  sku: string,
  breaks: Price['breaks'],
): Promise<Price> {
  const [row] = await tx.sql<PriceRow>`
    insert into prices (price_list_id, sku, breaks, version)
    values (${priceListId}, ${sku}, ${json(breaks)}, ${nextVersion('price', `${priceListId} ${sku}`)})
    on conflict (price_list_id, sku) do update set breaks = excluded.breaks, version = prices.version + 1
    returning *`
  if (row === undefined) throw new Error('an upsert returned no row')
  return priceFromRow(row)
}

/** Sets many prices at once. */
export async function savePrices(
  tx: WriteHandle,
  priceListId: string,
  prices: readonly { sku: string; amount: number }[],
): Promise<void> {
  await tx.sql`
    insert into prices (price_list_id, sku, breaks)
    select ${priceListId}, sku, jsonb_build_array(jsonb_build_object('fromQuantity', 1, 'amount', amount))
      from unnest(${prices.map(({ sku }) => sku)}::text[], ${prices.map(({ amount }) => amount)}::int[]) as given (sku, amount)
    on conflict (price_list_id, sku) do nothing`
}

/** Locks a price; what a change of it would come to. */
export async function lockPrice(
  tx: WriteHandle,
  priceListId: string,
  sku: string,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number }>`
    select version from prices where price_list_id = ${priceListId} and sku = ${sku} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  return 'changed'
}

/** Deletes a price; answers it when there was one. */
export async function deletePrice(tx: WriteHandle, priceListId: string, sku: string): Promise<Price | undefined> {
  const [row] = await tx.sql<PriceRow>`
    delete from prices where price_list_id = ${priceListId} and sku = ${sku} returning *`
  if (row === undefined) return undefined
  await keepVersion(tx, 'price', `${priceListId} ${sku}`, row.version)
  return priceFromRow(row)
}

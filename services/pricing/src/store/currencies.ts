import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { RegionCurrency } from '@stoa/contracts/pricing/resources'
import { requireVersion } from '@stoa/service'
import { keepVersion, nextVersion } from './last-versions.ts'
import type { Change } from './price-lists.ts'

/** Currencies of regions after a region and channel, in their order. */
export function listCurrencies(
  db: ReadHandle,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<RegionCurrency[]> {
  const [region, channel] = after ?? ['', '']
  return db.sql<RegionCurrency>`
    select region, channel, currency, version from region_currencies
     where (region, channel) > (${region}, ${channel}) order by region, channel limit ${limit}`
}

/** Sets the currency of a region and channel, whether there was one or not. */
export async function saveCurrency(
  tx: WriteHandle,
  { region, channel, currency }: Omit<RegionCurrency, 'version'>,
): Promise<RegionCurrency> {
  const [row] = await tx.sql<RegionCurrency>`
    insert into region_currencies (region, channel, currency, version)
    values (${region}, ${channel}, ${currency}, ${nextVersion('currency', `${region} ${channel}`)})
    on conflict (region, channel) do update
      set currency = excluded.currency, version = region_currencies.version + 1
    returning region, channel, currency, version`
  if (row === undefined) throw new Error('an upsert returned no row')
  return row
}

/** The entry of exactly this region and channel. */
export async function getCurrency(
  db: ReadHandle,
  region: string,
  channel: string,
): Promise<RegionCurrency | undefined> {
  const [row] = await db.sql<RegionCurrency>`
    select region, channel, currency, version from region_currencies
     where region = ${region} and channel = ${channel}`
  return row
}

/** The currency of a region by a channel: its own, or that of all channels; undefined without either. */
export async function findCurrency(db: ReadHandle, region: string, channel: string): Promise<string | undefined> {
  const [row] = await db.sql<{ currency: string }>`
    select currency from region_currencies where region = ${region} and channel in (${channel}, 'all')
     order by channel = 'all' limit 1`
  return row?.currency
}

export async function deleteCurrency(
  tx: WriteHandle,
  region: string,
  channel: string,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number }>`
    select version from region_currencies where region = ${region} and channel = ${channel} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  await tx.sql`delete from region_currencies where region = ${region} and channel = ${channel}`
  await keepVersion(tx, 'currency', `${region} ${channel}`, row.version)
  return 'changed'
}

import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { ShippingCharge, TaxRate } from '@stoa/contracts/pricing/resources'
import type { Money } from '@stoa/kernel'
import { json } from '@stoa/postgres'
import { requireVersion } from '@stoa/service'
import { keepVersion, nextVersion } from './last-versions.ts'
import type { Change } from './price-lists.ts'

/** Tax rates after a region and class, in their order. */
export function listTaxRates(
  db: ReadHandle,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<TaxRate[]> {
  const [region, taxClass] = after ?? ['', '']
  return db.sql<TaxRate>`
    select region, tax_class as "taxClass", rate_basis_points as "rateBasisPoints", version from tax_rates
     where (region, tax_class) > (${region}, ${taxClass}) order by region, tax_class limit ${limit}`
}

/** Sets a tax rate, whether there was one or not. */
export async function saveTaxRate(
  tx: WriteHandle,
  { region, taxClass, rateBasisPoints }: Omit<TaxRate, 'version'>,
): Promise<TaxRate> {
  const [row] = await tx.sql<TaxRate>`
    insert into tax_rates (region, tax_class, rate_basis_points, version)
    values (${region}, ${taxClass}, ${rateBasisPoints}, ${nextVersion('tax', `${region} ${taxClass}`)})
    on conflict (region, tax_class) do update set rate_basis_points = excluded.rate_basis_points, version = tax_rates.version + 1
    returning region, tax_class as "taxClass", rate_basis_points as "rateBasisPoints", version`
  if (row === undefined) throw new Error('an upsert returned no row')
  return row
}

export async function findTaxRate(db: ReadHandle, region: string, taxClass: string): Promise<TaxRate | undefined> {
  const [row] = await db.sql<TaxRate>`
    select region, tax_class as "taxClass", rate_basis_points as "rateBasisPoints", version from tax_rates
     where region = ${region} and tax_class = ${taxClass}`
  return row
}

export async function deleteTaxRate(
  tx: WriteHandle,
  region: string,
  taxClass: string,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number }>`
    select version from tax_rates where region = ${region} and tax_class = ${taxClass} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  await tx.sql`delete from tax_rates where region = ${region} and tax_class = ${taxClass}`
  await keepVersion(tx, 'tax', `${region} ${taxClass}`, row.version)
  return 'changed'
}

interface ChargeRow {
  readonly region: string
  readonly method: string
  readonly charge: Money
  readonly free_from: Money | null
  readonly version: number
}

function fromRow({ region, method, charge, free_from: freeFrom, version }: ChargeRow): ShippingCharge {
  return { region, method, charge, ...(freeFrom === null ? {} : { freeFrom }), version }
}

/** Shipping charges after a region and method, in their order. */
export async function listShippingCharges(
  db: ReadHandle,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<ShippingCharge[]> {
  const [region, method] = after ?? ['', '']
  const rows = await db.sql<ChargeRow>`
    select * from shipping_charges where (region, method) > (${region}, ${method}) order by region, method limit ${limit}`
  return rows.map(fromRow)
}

/** Sets a shipping charge, whether there was one or not. */
export async function saveShippingCharge(
  tx: WriteHandle,
  said: Omit<ShippingCharge, 'version'>,
): Promise<ShippingCharge> {
  const { region, method, charge, freeFrom } = said
  const [row] = await tx.sql<ChargeRow>`
    insert into shipping_charges (region, method, charge, free_from, version)
    values (${region}, ${method}, ${json(charge)}, ${freeFrom === undefined ? null : json(freeFrom)},
            ${nextVersion('charge', `${region} ${method}`)})
    on conflict (region, method) do update
      set charge = excluded.charge, free_from = excluded.free_from, version = shipping_charges.version + 1
    returning *`
  if (row === undefined) throw new Error('an upsert returned no row')
  return fromRow(row)
}

export async function findShippingCharge(
  db: ReadHandle,
  region: string,
  method: string,
): Promise<ShippingCharge | undefined> {
  const [row] = await db.sql<ChargeRow>`
    select * from shipping_charges where region = ${region} and method = ${method}`
  return row === undefined ? undefined : fromRow(row)
}

export async function deleteShippingCharge(
  tx: WriteHandle,
  region: string,
  method: string,
  expected: string | undefined,
): Promise<Change> {
  const [row] = await tx.sql<{ version: number }>`
    select version from shipping_charges where region = ${region} and method = ${method} for update`
  if (row === undefined) return 'not_found'
  requireVersion(expected, row)
  await tx.sql`delete from shipping_charges where region = ${region} and method = ${method}`
  await keepVersion(tx, 'charge', `${region} ${method}`, row.version)
  return 'changed'
}

/** Those of these tax classes that a rate of some region names. */
export async function findKnownTaxClasses(db: ReadHandle, taxClasses: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ tax_class: string }>`
    select distinct tax_class from tax_rates where tax_class = any (${taxClasses})`
  return rows.map(({ tax_class: taxClass }) => taxClass)
}

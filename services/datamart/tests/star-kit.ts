import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtFromAppId, starTablePath, type StarTableName } from '@stoa/contracts/etl/lake-layout'
import {
  commitTable,
  makeDuck,
  newTable,
  readTable,
  removals,
  writeRows,
  type Columns,
  type SqlValue,
} from '@stoa/lake'

const columns: Readonly<Record<StarTableName, Columns>> = {
  dim_date: { day: 'date', weekday: 'integer' },
  dim_product: { sku: 'string', product_name: 'string', category: 'string' },
  fact_sales: {
    order_id: 'string',
    kind: 'string',
    sku: 'string',
    day: 'date',
    currency: 'string',
    status: 'string',
    is_confirmed: 'boolean',
    quantity: 'long',
    amount: 'long',
  },
}

/** The tables of a star schema, as etl leaves them. */
export type Star = Partial<Record<StarTableName, readonly Readonly<Record<string, SqlValue>>[]>>

export const builtAt = '2026-11-29T12:00:00Z'

/** A folder without tables. */
export function emptyLake(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'stoa-mart-'))
}

/** Replaces the rows of tables, in one commit for each; `later` are columns of the facts that older releases of etl do not write. */
export async function writeStar(lake: string, star: Star, later: Columns = {}): Promise<void> {
  const duck = makeDuck({ folder: lake, memoryMiB: 128 })
  for (const [name, rows = []] of Object.entries(star) as [StarTableName, Star[StarTableName]][]) {
    const folder = join(lake, starTablePath(name))
    const schema = name === 'fact_sales' ? { ...columns[name], ...later } : columns[name]
    const before = await readTable(folder)
    const adds = await duck.use({ timeoutMs: 30_000 }, (session) =>
      writeRows(session, rows, { folder, columns: schema }),
    )
    const txn = { appId: builtFromAppId, version: 1, lastUpdated: Temporal.Instant.from(builtAt).epochMilliseconds }
    await commitTable(folder, {
      readVersion: before?.version,
      operation: 'WRITE',
      actions: [...newTable(schema, []), { txn }, ...removals(before?.files.values() ?? []), ...adds],
    })
  }
  await duck.close()
}

/** A line of an order. */
export function sale(fields: Readonly<Record<string, SqlValue>>): Record<string, SqlValue> {
  const usual = {
    kind: 'goods',
    sku: 'TEA',
    day: '2026-11-28',
    currency: 'EUR',
    status: 'confirmed',
    is_confirmed: true,
  }
  return { ...usual, quantity: 1, amount: 100, ...fields }
}

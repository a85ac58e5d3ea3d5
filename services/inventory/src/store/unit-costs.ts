import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { UnitCost } from '@stoa/contracts/inventory/costs'
import { money, type Money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'

interface CostRow {
  readonly sku: string
  readonly unit_cost: number | null
  readonly unit_cost_currency: string | null
}

function costOf({ unit_cost: amount, unit_cost_currency: currency }: CostRow): Money | undefined {
  return amount === null || currency === null ? undefined : money(amount, currency)
}

interface CostFilter {
  readonly skus: readonly string[] | undefined
  readonly afterSku: string | undefined
  readonly limit: number
}

/** The unit costs of SKUs that have one, in the order of the SKUs. */
export async function findUnitCosts(db: ReadHandle, { skus, afterSku, limit }: CostFilter): Promise<UnitCost[]> {
  const among = skus === undefined ? fragment`` : fragment`and sku = any(${skus}::text[])`
  const after = afterSku === undefined ? fragment`` : fragment`and sku > ${afterSku}`
  const rows = await db.sql<CostRow>`
    select sku, unit_cost, unit_cost_currency from variants where unit_cost is not null ${among} ${after}
     order by sku limit ${limit}`
  return rows.flatMap((row) => {
    const unitCost = costOf(row)
    return unitCost === undefined ? [] : [{ sku: row.sku, unitCost }]
  })
}

/** Stores what a unit of a SKU costs, or that it is not known; undefined if no product has the SKU. */
export async function saveUnitCost(
  tx: WriteHandle,
  sku: string,
  unitCost: Money | undefined,
): Promise<'changed' | 'unchanged' | undefined> {
  const [before] = await tx.sql<CostRow>`
    select sku, unit_cost, unit_cost_currency from variants where sku = ${sku} for update`
  if (before === undefined) return undefined
  const known = costOf(before)
  if (known?.amount === unitCost?.amount && known?.currency === unitCost?.currency) return 'unchanged'
  await tx.sql`
    update variants set unit_cost = ${unitCost?.amount}, unit_cost_currency = ${unitCost?.currency} where sku = ${sku}`
  return 'changed'
}

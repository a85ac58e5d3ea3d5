import type { Handler, Tx } from '@stoa/contract'
import { inventoryCostChanged } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { Sku } from '@stoa/contracts/shared/sku'
import { compact, type Money } from '@stoa/kernel'
import { decodeCursor, encodeCursor } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { findUnitCosts, saveUnitCost } from '../store/unit-costs.ts'
import { deleteVariants } from '../store/variants.ts'

export const listUnitCosts: Handler<InventoryService, 'listUnitCosts'> = async ({
  query: { sku: skus, cursor, limit = 50 },
  db,
}) => {
  const afterSku = cursor === undefined ? undefined : decodeCursor(place, cursor).sku
  const found = await findUnitCosts(db, { skus, afterSku, limit: limit + 1 })
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  return { status: 200, body: { items, ...compact({ nextCursor: last && encodeCursor({ sku: last.sku }) }) } }
}

const place = Type.Object({ sku: Sku })

export const setUnitCost =
  ({ shopCurrency }: Deps): Handler<InventoryService, 'setUnitCost'> =>
  async ({ params: { sku }, body: { unitCost }, commit, refuse }) => {
    if (unitCost.currency !== shopCurrency) {
      const fields = [{ pointer: '/unitCost/currency', detail: `must be ${shopCurrency}` }]
      return refuse('inventory.cost_currency_invalid', `Unit costs are in ${shopCurrency}.`, { fields })
    }
    return commit(async (tx) =>
      (await change(tx, sku, unitCost))
        ? { status: 200, body: { sku, unitCost } }
        : refuse('product.not_found', `No product has the SKU ${sku}.`),
    )
  }

export const removeUnitCost: Handler<InventoryService, 'removeUnitCost'> = async ({
  params: { sku },
  commit,
  refuse,
}) =>
  commit(async (tx) =>
    (await change(tx, sku, undefined))
      ? { status: 204 }
      : refuse('product.not_found', `No product has the SKU ${sku}.`),
  )

/** Stores the cost of a SKU, and publishes it if it has changed; false if no product has the SKU. */
async function change(tx: Tx<InventoryService>, sku: string, unitCost: Money | undefined): Promise<boolean> {
  const outcome = await saveUnitCost(tx, sku, unitCost)
  if (outcome === 'changed') await tx.publish(inventoryCostChanged, sku, { sku, ...compact({ unitCost }) })
  return outcome !== undefined
}

/** Forgets SKUs and their costs: another product that has one of them later begins without. */
export async function dropVariants(tx: Tx<InventoryService>, skus: readonly string[]): Promise<void> {
  for (const sku of await deleteVariants(tx, skus)) await tx.publish(inventoryCostChanged, sku, { sku })
}

import type { Tx } from '@stoa/contract'
import { inventoryLowStock } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { WarehouseId } from '@stoa/contracts/shared/ids'
import { availableOf, hasRunLow, type StockLevel } from '../domain/stock.ts'

interface StockChange {
  readonly sku: string
  readonly warehouseId: string
  readonly before: StockLevel
  readonly after: StockLevel
}

/** Publishes an event for each stock that these changes have reduced below its reorder point. */
export async function announceLowStock(tx: Tx<InventoryService>, changes: readonly StockChange[]): Promise<void> {
  for (const { sku, warehouseId, before, after } of changes) {
    if (!hasRunLow(before, after)) continue
    const { reorderPoint } = after
    const lowStock = { sku, warehouseId: warehouseId as WarehouseId, available: availableOf(after), reorderPoint }
    await tx.publish(inventoryLowStock, sku, lowStock)
  }
}

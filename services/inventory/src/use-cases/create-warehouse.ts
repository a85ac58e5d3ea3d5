import type { Handler } from '@stoa/contract'
import type { WarehouseId } from '@stoa/contracts/shared/ids'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { insertWarehouses } from '../store/warehouses.ts'

export const createWarehouse =
  ({ newId }: Deps): Handler<InventoryService, 'createWarehouse'> =>
  async ({ body, commit, refuse }) => {
    const warehouse = { id: newId() as WarehouseId, ...body }
    return commit(async (tx) => {
      if ((await insertWarehouses(tx, [warehouse])) > 0) return { status: 201, body: warehouse }
      const fields = [{ pointer: '/code', detail: 'is taken' }]
      return refuse('warehouse.taken', `The warehouse ${body.code} already exists.`, { fields })
    })
  }

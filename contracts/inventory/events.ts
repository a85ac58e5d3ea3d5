import { event, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'
import { OrderId, ProductId, ReservationId, WarehouseId } from '../shared/ids.ts'

const ProductState = Type.Object({
  productId: ProductId,
  version: Type.Integer({ minimum: 1 }),
  status: Type.Enum(['draft', 'active', 'discontinued']),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  category: Type.String(),
  tags: Type.Array(Type.String()),
  attributes: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
  taxClass: Type.String(),
  variants: Type.Array(
    Type.Object({
      sku: Type.String(),
      name: Type.String(),
      weightGrams: Type.Integer({ minimum: 0 }),
      options: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
  ),
})

const StockLine = Type.Object({
  sku: Type.String(),
  warehouseId: WarehouseId,
  quantity: Type.Integer({ minimum: 1 }),
})

const ReservationState = Type.Object({ reservationId: ReservationId, orderId: OrderId, lines: Type.Array(StockLine) })

/** A product was created. */
export const productCreated = event('product.created', '1.1.0', ProductState)
/** A product has changed; the event carries all of it. */
export const productUpdated = event('product.updated', '1.1.0', ProductState)
/** A product was deleted. */
export const productDeleted = event(
  'product.deleted',
  '1.0.0',
  Type.Object({ productId: ProductId, skus: Type.Array(Type.String()) }),
)
/** Stock is held for an order. */
export const inventoryReserved = event('inventory.reserved', '1.0.0', ReservationState)
/** Held stock was given back. */
export const inventoryReleased = event('inventory.released', '1.0.0', ReservationState)
/** Held stock is promised permanently. */
export const inventoryConfirmed = event('inventory.confirmed', '1.0.0', ReservationState)
/** Reserved stock has left the warehouse. */
export const inventoryFulfilled = event('inventory.fulfilled', '1.0.0', ReservationState)
/** The stock of a warehouse was changed by hand or by a transfer. */
export const inventoryAdjusted = event(
  'inventory.adjusted',
  '1.0.0',
  Type.Object({ sku: Type.String(), warehouseId: WarehouseId, delta: Type.Integer(), reason: Type.String() }),
)
/** The unit cost of a SKU has changed, for sales from now on; without `unitCost` it is no longer known. */
export const inventoryCostChanged = event(
  'inventory.cost_changed',
  '1.0.0',
  Type.Object({ sku: Type.String(), unitCost: Type.Optional(MoneySchema) }),
)
/** What can still be sold of a SKU in a warehouse has fallen below its reorder point. */
export const inventoryLowStock = event(
  'inventory.low_stock',
  '1.0.0',
  Type.Object({
    sku: Type.String(),
    warehouseId: WarehouseId,
    available: Type.Integer(),
    reorderPoint: Type.Integer({ minimum: 0 }),
  }),
)

import type { Calls, Refusal } from '@stoa/contract'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import { isAppError } from '@stoa/kernel'

type ShippingCalls = Calls<ShippingService['calls']>

interface Wanted {
  readonly customerId: string
  readonly parcels: readonly { readonly warehouseId: string; readonly lines: readonly { readonly sku: string }[] }[]
}

/** Asks the owners of what a shipment names whether it exists; undefined when all of it does. */
export async function checkShipment(
  calls: ShippingCalls,
  wanted: Wanted,
): Promise<Refusal<ShippingService, 'createShipment'> | undefined> {
  const { customerId, parcels } = wanted
  const [hasCustomer, warehouses, skus] = await Promise.all([
    isCustomer(calls, customerId),
    calls.inventory.findWarehouses({ warehouseIds: unique(parcels.map(({ warehouseId }) => warehouseId)) }),
    calls.inventory.getVariants({ skus: unique(parcels.flatMap(({ lines }) => lines.map(({ sku }) => sku))) }),
  ])
  if (!hasCustomer) {
    const fields = [{ pointer: '/customerId', detail: 'is not an account' }]
    return { code: 'shipping.customer_unknown', detail: 'The customer does not exist.', fields }
  }
  const places = new Set(warehouses.warehouseIds)
  const noPlaces = parcels.flatMap(({ warehouseId }, index) =>
    places.has(warehouseId) ? [] : [{ pointer: `/parcels/${index}/warehouseId`, detail: 'is not a warehouse' }],
  )
  if (noPlaces.length > 0)
    return { code: 'shipping.warehouse_unknown', detail: 'A warehouse does not exist.', fields: noPlaces }
  const known = new Set(skus.variants.map(({ sku }) => sku))
  const noSkus = parcels.flatMap(({ lines }, parcel) =>
    lines.flatMap(({ sku }, line) =>
      known.has(sku)
        ? []
        : [{ pointer: `/parcels/${parcel}/lines/${line}/sku`, detail: 'is not the SKU of a product' }],
    ),
  )
  if (noSkus.length === 0) return undefined
  return { code: 'shipping.unknown_sku', detail: 'A SKU is unknown.', fields: noSkus }
}

async function isCustomer(calls: ShippingCalls, userId: string): Promise<boolean> {
  try {
    await calls.user.getContact({ userId })
    return true
  } catch (error) {
    if (isAppError(error) && error.kind === 'not_found') return false
    throw error
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}

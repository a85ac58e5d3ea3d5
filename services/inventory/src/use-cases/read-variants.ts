import type { RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { findVariants, type KnownVariant } from '../store/variants.ts'

export const getVariants: RpcHandler<InventoryService, 'getVariants'> = async ({ input: { skus }, db }) => ({
  variants: (await findVariants(db, skus)).map(toWire),
})

function toWire(variant: KnownVariant) {
  return { ...variant, version: BigInt(variant.version) }
}

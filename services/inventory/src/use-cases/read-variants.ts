import type { RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { findVariants, pageOfVariants, type KnownVariant } from '../store/variants.ts'

const largestPage = 1_000

export const getVariants: RpcHandler<InventoryService, 'getVariants'> = async ({ input: { skus }, db }) => ({
  variants: (await findVariants(db, skus)).map(toWire),
})

export const snapshotVariants: RpcHandler<InventoryService, 'snapshotVariants'> = async ({
  input: { afterSku, limit },
  db,
}) => {
  const count = limit > 0 ? Math.min(limit, largestPage) : largestPage
  const variants = await pageOfVariants(db, afterSku, count)
  const nextAfterSku = variants.length < count ? '' : (variants.at(-1)?.sku ?? '')
  return { variants: variants.map(toWire), nextAfterSku }
}

function toWire(variant: KnownVariant) {
  return { ...variant, version: BigInt(variant.version) }
}

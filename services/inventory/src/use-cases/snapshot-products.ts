import type { RpcHandler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { pageOfProducts, type SnapshotProduct } from '../store/snapshots.ts'

const largestPage = 500

export const snapshotProducts: RpcHandler<InventoryService, 'snapshotProducts'> = async ({
  input: { afterProductId, limit },
  db,
  refuse,
}) => {
  if (afterProductId !== '' && !isUuid(afterProductId))
    return refuse('request.invalid', 'after_product_id is neither empty nor the id of a product.')
  const count = limit > 0 ? Math.min(limit, largestPage) : largestPage
  const products = await pageOfProducts(db, afterProductId === '' ? undefined : afterProductId, count)
  const nextAfterProductId = products.length < count ? '' : (products.at(-1)?.id ?? '')
  return { products: products.map(toWire), nextAfterProductId }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)
}

function toWire({ id, version, document, prices }: SnapshotProduct) {
  const { status, name, description, category, tags } = document
  const attributes = Object.entries(document.attributes).map(([attribute, value]) => [attribute, String(value)])
  const variants = document.variants.map(({ sku, name: variantName, options }) => {
    const price = prices[sku]
    const priced = price === undefined ? {} : { priceAmount: BigInt(price.amount), priceCurrency: price.currency }
    return { sku, name: variantName, options, ...priced }
  })
  return {
    productId: id,
    version: BigInt(version),
    status,
    name,
    description,
    category,
    tags,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    variants,
  }
}

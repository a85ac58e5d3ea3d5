import type { Handler, Refusal, Tx } from '@stoa/contract'
import { productUpdated } from '@stoa/contracts/inventory/events'
import type { NewProduct, Product } from '@stoa/contracts/inventory/resources'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import { patched } from '../domain/product.ts'
import { writtenVersion } from '../domain/product-view.ts'
import { lockProduct, updateProduct } from '../store/products.ts'
import { lockReservedSkus } from '../store/stock.ts'
import { saveVariants } from '../store/variants.ts'
import { checkProduct, skuTaken } from './check-product.ts'
import { checkTaxClass } from './check-tax-class.ts'
import { productState } from './product-state.ts'
import { projectProducts } from './project-products.ts'
import { dropVariants } from './unit-costs.ts'

export const replaceProduct =
  (deps: Deps): Handler<InventoryService, 'replaceProduct'> =>
  async ({ params: { id }, body, expectedVersion, calls, commit, refuse }) => {
    const untaxed = await checkTaxClass(calls, body.taxClass)
    if (untaxed !== undefined) return refuse(untaxed)
    return commit(async (tx) => {
      const refused = await changeProduct(deps, tx, { id, expectedVersion, change: () => body })
      return refused === undefined ? { status: 200, id } : refuse(refused)
    })
  }

export const patchProduct =
  (deps: Deps): Handler<InventoryService, 'patchProduct'> =>
  async ({ params: { id }, body, expectedVersion, calls, commit, refuse }) => {
    const untaxed = await checkTaxClass(calls, body.taxClass)
    if (untaxed !== undefined) return refuse(untaxed)
    return commit(async (tx) => {
      const refused = await changeProduct(deps, tx, {
        id,
        expectedVersion,
        change: (product) => patched(product, body),
      })
      return refused === undefined ? { status: 200, id } : refuse(refused)
    })
  }

interface Change {
  readonly id: string
  readonly expectedVersion: string | undefined
  readonly change: (product: NewProduct) => NewProduct
}

/** Replaces a product under its lock; returns the reason if it cannot be replaced. */
async function changeProduct(
  { clock }: Deps,
  tx: Tx<InventoryService>,
  { id, expectedVersion, change }: Change,
): Promise<Refusal<InventoryService, 'replaceProduct'> | undefined> {
  const current = await lockProduct(tx, id)
  if (current === undefined) return { code: 'product.not_found', detail: `The product ${id} does not exist.` }
  requireVersion(writtenVersion(expectedVersion), current, 'product')
  const product = change(writtenPartOf(current))
  const wrong = await checkProduct(tx, product)
  if (wrong !== undefined) return wrong
  const inUse = await dropSkus(tx, current, product)
  if (inUse !== undefined) {
    const fields = [{ pointer: '/variants', detail: `stock of ${inUse} is reserved` }]
    return { code: 'product.in_use', detail: `Stock of ${inUse} is reserved.`, fields }
  }
  const version = await updateProduct(tx, id, product, clock.now())
  const [taken] = await saveVariants(tx, [{ id, version, ...product }])
  if (taken !== undefined) return skuTaken(product, taken)
  await projectProducts(tx, [id])
  await tx.publish(productUpdated, id, productState(current.id, version, product))
  return undefined
}

function writtenPartOf({
  id: _id,
  version: _version,
  price: _price,
  images: _images,
  createdAt: _created,
  updatedAt: _updated,
  ...product
}: Product): NewProduct {
  return product
}

/** Deletes the SKUs that a product no longer has; returns a reserved SKU if there is one. */
async function dropSkus(tx: Tx<InventoryService>, before: NewProduct, after: NewProduct): Promise<string | undefined> {
  const kept = new Set(after.variants.map(({ sku }) => sku))
  const dropped = before.variants.map(({ sku }) => sku).filter((sku) => !kept.has(sku))
  if (dropped.length === 0) return undefined
  const [reserved] = await lockReservedSkus(tx, dropped)
  if (reserved === undefined) await dropVariants(tx, dropped)
  return reserved
}

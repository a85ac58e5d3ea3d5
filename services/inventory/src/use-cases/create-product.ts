import type { Handler } from '@stoa/contract'
import { productCreated } from '@stoa/contracts/inventory/events'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { ProductId } from '@stoa/contracts/shared/ids'
import type { Deps } from '../deps.ts'
import { insertProducts } from '../store/products.ts'
import { saveVariants } from '../store/variants.ts'
import { checkProduct, skuTaken } from './check-product.ts'
import { checkTaxClass } from './check-tax-class.ts'
import { productState } from './product-state.ts'
import { projectProducts } from './project-products.ts'

export const createProduct =
  ({ clock, newId }: Deps): Handler<InventoryService, 'createProduct'> =>
  async ({ body, calls, db, commit, refuse }) => {
    const wrong = (await checkProduct(db, body)) ?? (await checkTaxClass(calls, body.taxClass))
    if (wrong !== undefined) return refuse(wrong)
    const id = newId() as ProductId
    return commit(async (tx) => {
      await insertProducts(tx, [{ id, product: body }], clock.now())
      const [taken] = await saveVariants(tx, [{ id, version: 1, ...body }])
      if (taken !== undefined) return refuse(skuTaken(body, taken))
      await projectProducts(tx, [id])
      await tx.publish(productCreated, id, productState(id, 1, body))
      return { status: 201, id }
    })
  }

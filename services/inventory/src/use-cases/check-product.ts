import type { ReadHandle, Refusal } from '@stoa/contract'
import type { NewProduct } from '@stoa/contracts/inventory/resources'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { wrongAttributes } from './wrong-attributes.ts'
import { pathsAbove, repeatedSku } from '../domain/product.ts'
import { findCategories } from '../store/categories.ts'

type ProductRefusal = Refusal<InventoryService, 'createProduct'>

/** Checks a product against its category, and its SKUs against each other. */
export async function checkProduct(db: ReadHandle, product: NewProduct): Promise<ProductRefusal | undefined> {
  const repeated = repeatedSku(product)
  if (repeated >= 0) return skuTaken(product, product.variants[repeated]?.sku ?? '', repeated)
  const categories = await findCategories(db, pathsAbove(product.category))
  if (!categories.some(({ path }) => path === product.category)) {
    const fields = [{ pointer: '/category', detail: 'unknown' }]
    return { code: 'category.unknown', detail: `The category ${product.category} does not exist.`, fields }
  }
  const schemas = categories.flatMap(({ attributeSchema }) => attributeSchema ?? [])
  const fields = wrongAttributes(product.attributes, schemas)
  if (fields.length === 0) return undefined
  return {
    code: 'product.attributes_invalid',
    detail: 'The attributes do not match the schema of the category.',
    fields,
  }
}

/** Finds a SKU that belongs to another product, or occurs twice in this one. */
export function skuTaken({ variants }: NewProduct, taken: string, at?: number): ProductRefusal {
  const index = at ?? variants.findIndex(({ sku }) => sku === taken)
  const fields = [{ pointer: `/variants/${index}/sku`, detail: 'is taken' }]
  return { code: 'product.sku_taken', detail: `The SKU ${taken} belongs to another product.`, fields }
}

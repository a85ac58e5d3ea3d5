import type { ReadHandle } from '@stoa/contract'
import type { NewProduct, Product } from '@stoa/contracts/inventory/resources'
import type { FieldError } from '@stoa/kernel'
import { wrongAttributes } from './wrong-attributes.ts'
import { pathsAbove, repeatedSku } from '../domain/product.ts'
import { findCategories } from '../store/categories.ts'

/** Why a product can not be as it is wanted. */
export interface ProductRefusal {
  readonly code: 'category.unknown' | 'product.attributes_invalid' | 'product.sku_taken'
  readonly detail: string
  readonly fields: readonly FieldError[]
}

/** Checks a product against its category, and its SKUs against each other. */
export async function checkProduct(db: ReadHandle, product: NewProduct): Promise<ProductRefusal | undefined> {
  const repeated = repeatedSku(product)
  if (repeated >= 0) return skuTaken(product, product.variants[repeated]?.sku ?? '', repeated)
  const categories = await findCategories(db, pathsAbove(product.category))
  if (!categories.some(({ path }) => path === product.category)) {
    const fields = [{ pointer: '/category', detail: 'unknown' }]
    return { code: 'category.unknown', detail: `There is no category ${product.category}.`, fields }
  }
  const schemas = categories.flatMap(({ attributeSchema }) => attributeSchema ?? [])
  const fields = wrongAttributes(product.attributes, schemas)
  if (fields.length === 0) return undefined
  return { code: 'product.attributes_invalid', detail: 'The attributes are not as the category has them.', fields }
}

/** A SKU that belongs to another product, or stands in this one twice. */
export function skuTaken({ variants }: NewProduct, taken: string, at?: number): ProductRefusal {
  const index = at ?? variants.findIndex(({ sku }) => sku === taken)
  const fields = [{ pointer: `/variants/${index}/sku`, detail: 'is taken' }]
  return { code: 'product.sku_taken', detail: `The SKU ${taken} is taken.`, fields }
}

/** The ETag of a product: it changes with what staff wrote and with the price, which comes from pricing. */
export function etagOf({ version, price }: Product): string {
  return price === undefined ? String(version) : `${version}-${price.amount}`
}

/** Whether `If-Match` names what staff wrote last; a price that has changed meanwhile is no reason to refuse. */
export function isExpected({ version }: Product, expectedVersion: string | undefined): boolean {
  return expectedVersion === undefined || expectedVersion.split('-')[0] === String(version)
}

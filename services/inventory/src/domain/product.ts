import type { Attributes, NewProduct, ProductPatch } from '@stoa/contracts/inventory/resources'

/** A category's own path and those above it, the topmost first. */
export function pathsAbove(path: string): string[] {
  const steps = path.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}

export function categoryFacet(path: string): string {
  return `category:${path}`
}

export function tagFacet(tag: string): string {
  return `tag:${tag}`
}

/** The facet of an attribute as it is asked for: `name:value`. */
export function attributeFacet(nameAndValue: string): string {
  return `attribute:${nameAndValue}`
}

/** Everything a product is found by. */
export function facetsOf({
  category,
  tags,
  attributes,
}: Pick<NewProduct, 'category' | 'tags' | 'attributes'>): string[] {
  const facets = [
    ...pathsAbove(category).map(categoryFacet),
    ...tags.map(tagFacet),
    ...Object.entries(attributes).map(([name, value]) => attributeFacet(`${name}:${value}`)),
  ]
  return [...new Set(facets)]
}

/** The place of the first SKU that stands in a product twice; -1 when each stands once. */
export function repeatedSku({ variants }: Pick<NewProduct, 'variants'>): number {
  const skus = variants.map(({ sku }) => sku)
  return skus.findIndex((sku, index) => skus.indexOf(sku) < index)
}

/** The product after a merge patch (RFC 7396): attributes one by one, everything else as a whole. */
export function patched(product: NewProduct, { attributes, ...fields }: ProductPatch): NewProduct {
  const merged: Attributes = { ...product.attributes }
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null) delete merged[name]
    else merged[name] = value
  }
  return { ...product, ...fields, attributes: merged }
}

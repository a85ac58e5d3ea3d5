import type { Attributes, NewProduct, ProductPatch } from '@stoa/contracts/inventory/resources'

/** Returns the paths of a category and its ancestors, from the root. */
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

/** Returns the facet of an attribute: `name:value`. */
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

/** Returns the index of the first duplicate SKU of a product, ignoring case; -1 if all are unique. */
export function repeatedSku({ variants }: Pick<NewProduct, 'variants'>): number {
  const skus = variants.map(({ sku }) => sku.toLowerCase())
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

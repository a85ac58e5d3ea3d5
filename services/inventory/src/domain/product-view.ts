import type { Product } from '@stoa/contracts/inventory/resources'
import { facetsOf } from './product.ts'

/** One row of the read model: the response of a product, and everything by which it is found and sorted. */
export interface ProductView {
  readonly productId: string
  /** The product as JSON. */
  readonly answer: string
  readonly etag: string
  readonly status: string
  readonly facets: readonly string[]
  readonly nameKey: string
  readonly price: number | undefined
  /** The words of its name, of what it is sorted under, and of its description: the first count most in a search. */
  readonly words: readonly [name: string, terms: string, description: string]
  /** Its name and terms, for words that are nearly there. */
  readonly searched: string
}

/** The version of the row structure; increased with every change of the structure, so that each release finds matching rows. */
export const viewShape = 2

/** The row of a product. */
export function viewOf(product: Product): ProductView {
  const { id, name, description, status, category, tags, attributes, variants, price } = product
  const terms = [
    category,
    ...tags,
    ...Object.values(attributes).filter((value) => typeof value === 'string'),
    ...variants.flatMap(({ sku, options }) => [sku, ...Object.values(options)]),
  ]
  const words = [wordsOf(name), wordsOf(terms.join(' ')), wordsOf(description)].map((part) => part.join(' '))
  const [ofName = '', ofTerms = '', ofDescription = ''] = words
  return {
    productId: id,
    answer: JSON.stringify(product),
    etag: etagOf(product),
    status,
    facets: facetsOf(product),
    nameKey: name.toLowerCase(),
    price: price?.amount,
    words: [ofName, ofTerms, ofDescription],
    searched: `${ofName} ${ofTerms}`,
  }
}

/** The ETag of a product: it changes with what staff wrote, with the price, which comes from pricing, with the images and with the shape. */
function etagOf({ version, price, images = [] }: Product): string {
  const last = images.at(-1)?.id ?? ''
  return `${version}-${price?.amount ?? ''}-${viewShape}-${images.length}${last}`
}

/** Returns the part of `If-Match` that names what staff wrote last; a price that has changed meanwhile is no reason to refuse. */
export function writtenVersion(expectedVersion: string | undefined): string | undefined {
  return expectedVersion?.split('-')[0]
}

/** The words of a text as they are searched: letters and digits, small, without their accents. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

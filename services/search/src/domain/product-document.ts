import { wordsOf } from './words.ts'

/** A product as search receives it, from an event or from a snapshot. */
export interface ProductState {
  readonly productId: string
  readonly version: number
  readonly status: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly tags: readonly string[]
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly variants: readonly {
    readonly sku: string
    readonly name: string
    readonly options: Readonly<Record<string, string>>
  }[]
}

/** What the index stores of a product; its price is added from the read copy of the prices. */
export interface ProductDocument {
  readonly productId: string
  readonly version: number
  readonly status: string
  readonly name: string
  readonly description: string
  readonly category: string
  /** The category and all its ancestors. */
  readonly categories: readonly string[]
  readonly tags: readonly string[]
  readonly skus: readonly string[]
  readonly nameKey: string
  /** The words of the name, of the terms that classify it, and of the description: earlier ones count more in the ranking. */
  readonly words: readonly [name: string, terms: string, description: string]
}

/** The version of the structure of documents. A start with another one than that of the live index builds a new index. */
export const documentShape = 1

/** The most characters of each kind of words; PostgreSQL rejects the words of a document that are longer than 1 MiB altogether. */
const mostCharacters = 50_000

/** Makes the document of a product. */
export function documentOf(product: ProductState): ProductDocument {
  const { productId, version, status, name, description, category, tags, attributes, variants } = product
  const terms = [
    category,
    ...tags,
    ...Object.values(attributes).filter((value) => typeof value === 'string'),
    ...variants.flatMap(({ sku, options }) => [sku, ...Object.values(options)]),
  ]
  const joined = (text: string) => wordsOf(text.slice(0, mostCharacters)).join(' ').slice(0, mostCharacters)
  return {
    productId,
    version,
    status,
    name,
    description,
    category,
    categories: withAncestors(category),
    tags,
    skus: variants.map(({ sku }) => sku),
    nameKey: joined(name),
    words: [joined(name), joined(terms.join(' ')), joined(description)],
  }
}

function withAncestors(category: string): string[] {
  const parts = category.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** The words by which unknown words are corrected, sorted: at least three letters, no digits. */
export function vocabularyOf(documents: readonly ProductDocument[]): string[] {
  const words = documents.flatMap((document) => document.words.flatMap((part) => part.split(' ')))
  return [...new Set(words)].filter((word) => /^\p{L}{3,40}$/u.test(word)).toSorted()
}

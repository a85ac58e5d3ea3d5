/** What a product is compared by. */
export interface DescribedProduct {
  readonly name: string
  readonly category: string
  readonly description?: string | undefined
  readonly tags: readonly string[]
}

const longestBody = 4_000

/** The text of a product: its name, and what else describes it. */
export function productText({ name, category, description = '', tags }: DescribedProduct): {
  title: string
  body: string
} {
  const kinds = [...new Set([...category.split('/').toReversed(), ...tags])].join(' ').replaceAll('-', ' ')
  return { title: name.slice(0, 500), body: `${kinds}. ${description}`.slice(0, longestBody) }
}

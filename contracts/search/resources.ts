import { CurrencySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CategoryPath } from '../category-path.ts'
import { ProductId } from '../ids.ts'
import { Sku } from '../sku.ts'

/** The facets by which results can be counted and filtered. */
export const FacetName = Type.Enum(['category', 'tag', 'price'])
export type FacetName = Static<typeof FacetName>

/** A condition on a facet: `category:tea/green`, `tag:organic`, or `price:500..1999` in minor units, where either end may be omitted. */
export const Filter = Type.String({
  maxLength: 210,
  pattern: String.raw`^(?:category:[a-z0-9-]+(?:/[a-z0-9-]+)*|tag:[^\u0000-\u001f\u007f]{1,60}|price:[0-9]{0,11}\.\.[0-9]{0,11})$`,
  description: 'category:PATH, tag:NAME or price:FROM..TO in minor units',
})

/** The order of the results. */
export const SearchSort = Type.Enum(['relevance', 'price', '-price', 'name', '-name', 'newest'])
export type SearchSort = Static<typeof SearchSort>

/** A text in pieces, so that a client can mark the matching words without parsing markup. */
export const Highlighted = Type.Array(Type.Object({ text: Type.String(), isMatch: Type.Boolean() }))
export type Highlighted = Static<typeof Highlighted>

/** A product that a search found. */
export const SearchHit = Type.Object({
  kind: Type.Enum(['product']),
  id: ProductId,
  name: Type.String(),
  category: CategoryPath,
  tags: Type.Array(Type.String()),
  skus: Type.Array(Sku),
  price: Type.Optional(
    Type.Object(
      { amount: Type.Integer(), currency: CurrencySchema },
      { description: 'list price of the cheapest SKU' },
    ),
  ),
  highlights: Type.Object({
    name: Type.Optional(Highlighted),
    description: Type.Optional({ ...Highlighted, description: 'the passage with the matching words' }),
  }),
})
export type SearchHit = Static<typeof SearchHit>

const FacetValue = Type.Object({ value: Type.String(), count: Type.Integer() })

/** How many results each value of a facet has. The filters of the other facets apply, those of the same facet do not. */
export const Facets = Type.Object({
  category: Type.Optional(Type.Array(FacetValue)),
  tag: Type.Optional(Type.Array(FacetValue)),
  price: Type.Optional(
    Type.Array(
      Type.Object(
        { from: Type.Integer(), to: Type.Optional(Type.Integer()), count: Type.Integer() },
        { description: 'minor units; both ends belong to the band' },
      ),
    ),
  ),
})
export type Facets = Static<typeof Facets>

/** A page of results. */
export const SearchResult = Type.Object({
  total: Type.Integer({ minimum: 0 }),
  didYouMean: Type.Optional(
    Type.String({ description: 'no product has the words of the query, so these results are for this spelling' }),
  ),
  items: Type.Array(SearchHit),
  facets: Type.Optional(Facets),
  nextCursor: Type.Optional(Type.String()),
})
export type SearchResult = Static<typeof SearchResult>

/** A completed query, or a product whose name matches. */
export const Suggestion = Type.Object({
  kind: Type.Enum(['query', 'product']),
  text: Type.String(),
  productId: Type.Optional(ProductId),
})
export type Suggestion = Static<typeof Suggestion>

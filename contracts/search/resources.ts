import { CurrencySchema, idSchema, InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { CategoryPath } from '../shared/category-path.ts'
import { ProductId } from '../shared/ids.ts'
import { Sku } from '../shared/sku.ts'

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

/** The id of a search, by which a click on one of its results is recorded. */
export const SearchId = idSchema('search')
export type SearchId = Static<typeof SearchId>

/** A page of results. */
export const SearchResult = Type.Object({
  id: SearchId,
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
/** The id of one version of an index, such as products-2. */
export const IndexId = Type.String({ pattern: '^products-[1-9][0-9]{0,8}$', description: 'id of search index' })
export type IndexId = Static<typeof IndexId>

/** One version of an index. Queries use the live version; a new version is built beside it and then takes its place. */
export const SearchIndex = Type.Object({
  id: IndexId,
  name: Type.Enum(['products']),
  version: Type.Integer({ minimum: 1 }),
  state: Type.Enum(['building', 'live', 'retired', 'cancelled']),
  documents: Type.Integer({ minimum: 0, description: 'of an ended version, the number when it ended' }),
  startedAt: InstantSchema,
  liveAt: Type.Optional(InstantSchema),
})
export type SearchIndex = Static<typeof SearchIndex>

/** How often a query was searched for, and how often one of its results was chosen. Queries differ by their words alone. */
export const QueryCount = Type.Object({
  query: Type.String(),
  searches: Type.Integer(),
  clicks: Type.Integer({ description: 'searches of which a result was clicked' }),
})
export type QueryCount = Static<typeof QueryCount>

/** What was searched for in a period. */
export const SearchAnalytics = Type.Object({
  from: InstantSchema,
  to: InstantSchema,
  searches: Type.Integer(),
  withoutResults: Type.Integer(),
  clickThroughRate: Type.Number({ description: 'clicked searches / searches with results; 0 without any' }),
  topQueries: Type.Array(QueryCount),
  queriesWithoutResults: Type.Array(QueryCount),
})
export type SearchAnalytics = Static<typeof SearchAnalytics>

const SynonymsId = idSchema('synonyms')
export type SynonymsId = Static<typeof SynonymsId>

/** Words that mean the same in a search. */
export const Synonyms = Type.Object({
  id: SynonymsId,
  words: Type.Array(Type.String({ pattern: '^[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]{1,40}$' }), {
    minItems: 1,
    maxItems: 20,
    description: 'single words of Latin letters and digits; at least two must differ without case and accents',
  }),
  createdAt: InstantSchema,
})
export type Synonyms = Static<typeof Synonyms>

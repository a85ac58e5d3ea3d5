import type { ReadHandle } from '@stoa/contract'
import type { FacetName, Facets } from '@stoa/contracts/search/resources'
import { priceBands, type Filters } from '../domain/filters.ts'
import type { ParsedQuery } from '../domain/query.ts'
import { inCategories, inPrices, queryOf, withTags } from './find-products.ts'

interface FacetRow {
  readonly category: Facets['category'] | null
  readonly tag: Facets['tag'] | null
  readonly price: Facets['price'] | null
}

/** Counts the results of a query by each value of the facets. The filters of the other facets apply, those of the same facet do not. */
export async function countFacets(
  db: ReadHandle,
  query: ParsedQuery,
  filters: Filters,
  wanted: readonly FacetName[],
): Promise<Facets> {
  const [from, to] = [priceBands.map((band) => band.from), priceBands.map((band) => band.to)]
  const [row] = await db.sql<FacetRow>`
    with found as materialized (
      select categories, tags, price, ${inCategories(filters)} as in_category, ${withTags(filters)} as with_tag,
             ${inPrices(filters)} as in_price
        from product_documents where status = 'active' and words @@ (select ${queryOf(query)}))
    select (select json_agg(counted) from (
              select value, count(*)::int as count from found, unnest(categories) as value
               where with_tag and in_price group by value order by count desc, value limit 50) as counted) as category,
           (select json_agg(counted) from (
              select value, count(*)::int as count from found, unnest(tags) as value
               where in_category and in_price group by value order by count desc, value limit 50) as counted) as tag,
           (select json_agg(json_strip_nulls(row_to_json(counted))) from (
              select low as from, high as to, count(*)::int as count
                from unnest(${from}::bigint[], ${to}::bigint[]) as band (low, high)
                join found on price >= low and (high is null or price <= high)
               where in_category and with_tag group by low, high order by low) as counted) as price`
  return Object.fromEntries(wanted.map((facet) => [facet, row?.[facet] ?? []]))
}

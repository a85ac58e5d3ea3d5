import type { ReadHandle } from '@stoa/contract'

interface Found {
  readonly items: string | null
}

/**
 * The products for sale in which each of these words begins one, the best first: by where it stands (name, terms,
 * description), a name that begins so before all. Of a word that very many have, the first 200 found are ranked. As
 * JSON, with commas between them.
 */
export async function searchViews(db: ReadHandle, words: readonly string[], limit: number): Promise<string> {
  const query = words.map((word) => `${word}:*`).join(' & ')
  const [row] = await db.sql<Found>`
    select string_agg(answer, ',') as items
      from (select answer
              from (select answer, words, searched, product_id, to_tsquery('simple', ${query}) as query
                      from product_views
                     where status = 'active' and words @@ to_tsquery('simple', ${query}) limit 200) as candidate
             order by starts_with(searched, ${words.join(' ')}) desc, ts_rank(words, query) desc, product_id
             limit ${limit}) as ranked`
  return row?.items ?? ''
}

/** The products for sale whose names or terms are nearly these words, the nearest first. As JSON, with commas between them. */
export async function findSimilarViews(db: ReadHandle, words: readonly string[], limit: number): Promise<string> {
  const [row] = await db.sql<Found>`
    select string_agg(answer, ',') as items from similar_products(${words.join(' ')}, ${limit})`
  return row?.items ?? ''
}

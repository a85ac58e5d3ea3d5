import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Candidate } from '../domain/correction.ts'

/** Adds words, given in order, so that two transactions never wait for each other. */
export async function saveWords(tx: WriteHandle, sortedWords: readonly string[]): Promise<void> {
  await tx.sql`insert into vocabulary select unnest(${sortedWords}::text[]) on conflict (word) do nothing`
}

/** Returns those of these words that no product for sale has, neither as a prefix nor by their stem. */
export async function unknownWords(db: ReadHandle, words: readonly string[]): Promise<string[]> {
  const rows = await db.sql<{ word: string }>`
    select word from unnest(${words}::text[]) as word
     where not exists (select from product_documents
                        where status = 'active' and words @@ search_query(array[word], '{}', '{}'))`
  return rows.map(({ word }) => word)
}

/** Returns words that may have been meant by an unknown one. */
export async function similarWords(db: ReadHandle, word: string): Promise<string[]> {
  const rows = await db.sql<{ word: string }>`select word from similar_words(${word}) as word`
  return rows.map((row) => row.word)
}

/** Counts the products for sale that have each of these words, and all of the others. */
export async function countProducts(
  db: ReadHandle,
  words: readonly string[],
  others: readonly string[],
): Promise<Candidate[]> {
  return db.sql<Candidate & Record<string, unknown>>`
    select word, (select count(*)::int from product_documents
                   where status = 'active'
                     and words @@ (to_tsquery('simple', word) && search_query(${others}::text[], '{}', '{}'))) as products
      from unnest(${words}::text[]) as word`
}

const mostSampled = 300

/**
 * Returns words with this beginning that occur together with a query, the most frequent ones first. They are counted in a limited
 * number of products, because a beginning of one letter matches most of them.
 */
export async function completeWord(
  db: ReadHandle,
  {
    beginning,
    groups,
    limit,
  }: { readonly beginning: string; readonly groups: readonly string[]; readonly limit: number },
): Promise<string[]> {
  const rows = await db.sql<{ word: string }>`
    with sample as (
           select words from product_documents
            where status = 'active' and words @@ search_query(${[...groups, beginning]}::text[], '{}', '{}')
            limit ${mostSampled}),
         counted as (
           select lexeme collate "C" as word, count(*) as products from sample cross join unnest(words)
            where lexeme collate "C" >= ${beginning} and lexeme collate "C" < ${beginning}::text || chr(1114111)
            group by lexeme)
    select word from counted where exists (select from vocabulary where vocabulary.word = counted.word)
     order by products desc, word limit ${limit}`
  return rows.map(({ word }) => word)
}

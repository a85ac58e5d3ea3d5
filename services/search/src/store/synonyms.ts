import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Synonyms, SynonymsId } from '@stoa/contracts/search/resources'

interface SynonymsRow {
  readonly id: SynonymsId
  readonly words: string[]
  readonly created_at: Temporal.Instant
}

function fromRow({ id, words, created_at: createdAt }: SynonymsRow): Synonyms {
  return { id, words, createdAt: createdAt.toString() }
}

export async function insertSynonyms(
  tx: WriteHandle,
  { id, words, at }: { readonly id: string; readonly words: readonly string[]; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.sql`insert into synonyms (id, words, created_at) values (${id}, ${words}::text[], ${at})`
}

export async function findSynonyms(db: ReadHandle, id: string): Promise<Synonyms | undefined> {
  const [row] = await db.sql<SynonymsRow>`select * from synonyms where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** Sets of synonyms after an id, in the order of their ids. */
export async function listSynonyms(db: ReadHandle, afterId: string | undefined, limit: number): Promise<Synonyms[]> {
  const rows = await db.sql<SynonymsRow>`
    select * from synonyms where ${afterId}::uuid is null or id > ${afterId} order by id limit ${limit}`
  return rows.map(fromRow)
}

/** Deletes a set; returns false if it does not exist. */
export async function deleteSynonyms(tx: WriteHandle, id: string): Promise<boolean> {
  return (await tx.sql`delete from synonyms where id = ${id} returning 1`).length > 0
}

/** Returns the words that mean the same as each of these, without itself. */
export async function synonymsOf(db: ReadHandle, words: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db.sql<{ word: string; others: string[] }>`
    select word, array_agg(distinct other) as others
      from unnest(${words}::text[]) as word
      join synonyms on words @> array[word], unnest(words) as other
     where other <> word
     group by word`
  return new Map(rows.map(({ word, others }) => [word, others]))
}

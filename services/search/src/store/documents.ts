import type { WriteHandle } from '@stoa/contract'
import { fragment, identifier, json } from '@stoa/postgres'
import type { ProductDocument } from '../domain/product-document.ts'
import { lockPrices } from './prices.ts'
import type { IndexTable } from './writers.ts'

/**
 * Writes documents, with the prices of their SKUs. A document of an older or the same version never replaces one, unless it
 * comes from a snapshot, which has the same version in full. A deleted product stays deleted.
 */
export async function saveDocuments(
  tx: WriteHandle,
  tables: readonly IndexTable[],
  documents: readonly ProductDocument[],
  { isSnapshot = false }: { readonly isSnapshot?: boolean } = {},
): Promise<void> {
  if (documents.length === 0) return
  await lockPrices(
    tx,
    documents.flatMap(({ skus }) => skus),
  )
  for (const table of tables) await saveInto(tx, table, documents, isSnapshot)
}

async function saveInto(
  tx: WriteHandle,
  table: IndexTable,
  documents: readonly ProductDocument[],
  isSnapshot: boolean,
): Promise<void> {
  const column = (of: (document: ProductDocument) => unknown) => documents.map(of)
  const isNewer = isSnapshot
    ? fragment`existing.version <= excluded.version`
    : fragment`existing.version < excluded.version`
  await tx.sql`
    insert into ${identifier(table)} as existing
      (product_id, version, status, name, description, category, categories, tags, skus, name_key, price, currency, words)
    select product_id, version, status, name, description, category, array(select jsonb_array_elements_text(categories)),
           array(select jsonb_array_elements_text(tags)), array(select jsonb_array_elements_text(skus)), name_key,
           cheapest.amount, cheapest.currency,
           setweight(to_tsvector('simple', name_words), 'A') || setweight(to_tsvector('english', name_words), 'A') ||
             setweight(to_tsvector('simple', term_words), 'B') || setweight(to_tsvector('english', term_words), 'B') ||
             setweight(to_tsvector('simple', text_words), 'C') || setweight(to_tsvector('english', text_words), 'C')
      from unnest(${column(({ productId }) => productId)}::uuid[], ${column(({ version }) => version)}::bigint[],
                  ${column(({ status }) => status)}::text[], ${column(({ name }) => name)}::text[],
                  ${column(({ description }) => description)}::text[], ${column(({ category }) => category)}::text[],
                  ${column(({ categories }) => json(categories))}::jsonb[], ${column(({ tags }) => json(tags))}::jsonb[],
                  ${column(({ skus }) => json(skus))}::jsonb[], ${column(({ nameKey }) => nameKey)}::text[],
                  ${column(({ words }) => words[0])}::text[], ${column(({ words }) => words[1])}::text[],
                  ${column(({ words }) => words[2])}::text[])
        as given (product_id, version, status, name, description, category, categories, tags, skus, name_key,
                  name_words, term_words, text_words)
      left join lateral (select amount, list_prices.currency from list_prices
                          where sku in (select jsonb_array_elements_text(given.skus)) and amount is not null
                          order by amount limit 1) as cheapest on true
     where not exists (select from deleted_products where deleted_products.product_id = given.product_id)
    on conflict (product_id) do update
      set version = excluded.version, status = excluded.status, name = excluded.name, description = excluded.description,
          category = excluded.category, categories = excluded.categories, tags = excluded.tags, skus = excluded.skus,
          name_key = excluded.name_key, price = excluded.price, currency = excluded.currency, words = excluded.words
      where ${isNewer}`
}

/** Deletes the document of a product, and prevents that one is written again. */
export async function deleteDocument(
  tx: WriteHandle,
  tables: readonly IndexTable[],
  productId: string,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`insert into deleted_products values (${productId}, ${at}) on conflict (product_id) do nothing`
  for (const table of tables) await tx.sql`delete from ${identifier(table)} where product_id = ${productId}`
}

/**
 * Updates the prices of the products that have a SKU. Their documents are locked first, because the price of another of their SKUs can
 * change at the same time: the update, a statement of its own, then sees both.
 */
export async function updatePrices(tx: WriteHandle, tables: readonly IndexTable[], sku: string): Promise<void> {
  for (const table of tables) {
    await tx.sql`
      select from ${identifier(table)} where skus @> array[${sku}::text] order by product_id for no key update`
    await tx.sql`
      update ${identifier(table)} as existing set price = cheapest.amount, currency = cheapest.currency
        from (select product_id, priced.amount, priced.currency
                from ${identifier(table)}
                left join lateral (select amount, list_prices.currency from list_prices
                                    where list_prices.sku = any(skus) and amount is not null
                                    order by amount limit 1) as priced on true
               where skus @> array[${sku}::text]) as cheapest
       where existing.product_id = cheapest.product_id`
  }
}

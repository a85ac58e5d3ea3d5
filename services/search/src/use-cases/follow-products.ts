import type { Consumer, EventData, Tx } from '@stoa/contract'
import type { productUpdated } from '@stoa/contracts/inventory/events'
import type { SearchService } from '@stoa/contracts/search/service'
import type { Deps } from '../deps.ts'
import { documentOf, vocabularyOf } from '../domain/product-document.ts'
import { deleteDocument, saveDocuments, updatePrices } from '../store/documents.ts'
import { savePublishedPrice } from '../store/prices.ts'
import { saveWords } from '../store/vocabulary.ts'
import { joinWriters } from '../store/writers.ts'

export const indexCreatedProduct: Consumer<SearchService, 'productCreated'> = {
  apply: async ({ data }, tx) => indexProduct(data, tx),
}

export const indexUpdatedProduct: Consumer<SearchService, 'productUpdated'> = {
  apply: async ({ data }, tx) => indexProduct(data, tx),
}

export const dropDeletedProduct = ({ clock }: Deps): Consumer<SearchService, 'productDeleted'> => ({
  apply: async ({ data: { productId } }, tx) => deleteDocument(tx, await joinWriters(tx), productId, clock.now()),
})

/** Prices have no version: the events of a SKU arrive in order, and a replay ends with the latest. */
export const copyPrice = ({ isListPrice }: Deps): Consumer<SearchService, 'priceChanged'> => ({
  apply: async ({ data: { sku, priceList, price, isRemoved = false } }, tx) => {
    if (!isListPrice(priceList, price.currency)) return
    const tables = await joinWriters(tx)
    await savePublishedPrice(tx, sku, isRemoved ? undefined : price)
    await updatePrices(tx, tables, sku)
  },
})

/** Events of version 1.0 have no description, attributes and options; a build of the index adds them. */
async function indexProduct(data: EventData<typeof productUpdated>, tx: Tx<SearchService>): Promise<void> {
  const { description = '', attributes = {} } = data
  const variants = data.variants.map(({ sku, name, options = {} }) => ({ sku, name, options }))
  const document = documentOf({ ...data, description, attributes, variants })
  await saveDocuments(tx, await joinWriters(tx), [document])
  await saveWords(tx, vocabularyOf([document]))
}

import type { Consumer } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Deps } from '../deps.ts'
import { savePrice } from '../store/prices.ts'
import { projectProducts } from './project-products.ts'

/** The read copy of the list price, which products are filtered and sorted by. */
export const copyPrice = ({ isListPrice }: Deps): Consumer<InventoryService, 'priceChanged'> => ({
  apply: async ({ data: { sku, priceList, price, isRemoved = false } }, tx) => {
    if (!isListPrice(priceList, price.currency)) return
    const productId = await savePrice(tx, sku, isRemoved ? undefined : price)
    if (productId !== undefined) await projectProducts(tx, [productId])
  },
})

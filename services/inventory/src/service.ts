import { inventory } from '@stoa/contracts/inventory/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { adjustStock } from './use-cases/adjust-stock.ts'
import { createCategory, listCategories } from './use-cases/categories.ts'
import { patchProduct, replaceProduct } from './use-cases/change-product.ts'
import { confirm, confirmStock } from './use-cases/confirm-stock.ts'
import { copyPrice } from './use-cases/copy-price.ts'
import { createProduct } from './use-cases/create-product.ts'
import { createWarehouse } from './use-cases/create-warehouse.ts'
import { deleteProduct } from './use-cases/delete-product.ts'
import { fulfilOnDispatch } from './use-cases/fulfil-on-dispatch.ts'
import { addProductImage, deleteProductImage, readProductImage } from './use-cases/product-images.ts'
import { getProduct, getProductBySku, listProducts, searchProducts } from './use-cases/read-products.ts'
import { checkStock, getReservation, listReservations } from './use-cases/read-reservations.ts'
import { findWarehouses, getAvailability, listMovements, listWarehouses } from './use-cases/read-stock.ts'
import { getVariants } from './use-cases/read-variants.ts'
import { buildReadModel, getReadModel, rebuildReadModel, rebuildReadModelTask } from './use-cases/rebuild-read-model.ts'
import { expireReservationsTask, release, releaseStock } from './use-cases/release-stock.ts'
import { reserve, reserveStock } from './use-cases/reserve-stock.ts'
import { restockOnReturn } from './use-cases/restock-on-return.ts'
import { snapshotProducts } from './use-cases/snapshot-products.ts'
import { transferStock } from './use-cases/transfer-stock.ts'
import { listUnitCosts, removeUnitCost, setUnitCost } from './use-cases/unit-costs.ts'

/** Products, stock, warehouses, reservations: its table of contents. */
export const inventoryService = defineService(inventory, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, blobs, config: { cartHoldMinutes, shopCurrency, listPriceList } }): Deps => ({
    clock,
    newId,
    database,
    blobs,
    cartHoldMs: Math.round(cartHoldMinutes * 60_000),
    shopCurrency,
    isListPrice: (priceList, currency) => priceList === listPriceList && currency === shopCurrency,
  }),
  onStart: buildReadModel,
  bind: (deps) => ({
    operations: {
      createProduct: createProduct(deps),
      listProducts,
      searchProducts,
      getProduct,
      getProductBySku,
      replaceProduct: replaceProduct(deps),
      patchProduct: patchProduct(deps),
      deleteProduct,
      addProductImage: addProductImage(deps),
      readProductImage,
      deleteProductImage,
      listCategories,
      createCategory,
      getAvailability,
      reserveStock: reserveStock(deps),
      getReservation,
      releaseStock: releaseStock(deps),
      confirmStock: confirmStock(deps),
      listWarehouses,
      createWarehouse: createWarehouse(deps),
      listUnitCosts,
      setUnitCost: setUnitCost(deps),
      removeUnitCost,
      adjustStock: adjustStock(deps),
      transferStock: transferStock(deps),
      listMovements,
      getReadModel,
      rebuildReadModel,
    },
    rpc: {
      reserve: reserve(deps),
      release: release(deps),
      confirm: confirm(deps),
      getVariants,
      snapshotProducts,
      listReservations,
      checkStock,
      findWarehouses,
    },
    consumes: {
      shippingDispatched: fulfilOnDispatch(deps),
      orderReturned: restockOnReturn(deps),
      priceChanged: copyPrice(deps),
    },
    sagas: {},
    tasks: { 'expire-reservations': expireReservationsTask(deps), 'rebuild-read-model': rebuildReadModelTask(deps) },
    personalData: 'none',
  }),
})

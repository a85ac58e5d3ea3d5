import { pricing } from '@stoa/contracts/pricing/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { acceptQuote, releaseQuote } from './use-cases/accept-quote.ts'
import {
  copyCreatedProduct,
  copyCreatedUser,
  copyUpdatedProduct,
  copyUpdatedUser,
  dropDeletedProduct,
  personalData,
  purgeQuotesTask,
} from './use-cases/follow-others.ts'
import { findCurrency } from './use-cases/currency-of.ts'
import { deleteCurrency, getCurrency, listCurrencies, setCurrency } from './use-cases/manage-currencies.ts'
import {
  createPrice,
  createPriceList,
  deletePrice,
  deletePriceList,
  getPrice,
  getPriceList,
  listPriceLists,
  listPrices,
  replacePrice,
  replacePriceList,
} from './use-cases/manage-price-lists.ts'
import {
  createPromotion,
  deletePromotion,
  getPromotion,
  listPromotions,
  replacePromotion,
} from './use-cases/manage-promotions.ts'
import {
  deleteShippingCharge,
  deleteTax,
  findTaxClasses,
  getShippingCharge,
  getTax,
  listShippingCharges,
  listTaxes,
  setShippingCharge,
  setTax,
} from './use-cases/manage-regions.ts'
import { getQuote, quote, quoteForOrder } from './use-cases/quote.ts'
import { checkPromotions, listAcceptances } from './use-cases/read-acceptances.ts'
import { getSkuPrice } from './use-cases/read-sku-price.ts'
import { announcePromotionTask } from './use-cases/publish-promotion.ts'

/** Price lists, promotions, tax, quotes: its table of contents. */
export const pricingService = defineService(pricing, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, config: { quoteSeconds, shopCurrency } }): Deps => ({
    clock,
    newId,
    quoteSeconds,
    shopCurrency,
  }),
  bind: (deps) => ({
    operations: {
      quote: quote(deps),
      getSkuPrice: getSkuPrice(deps),
      listPriceLists,
      createPriceList: createPriceList(deps),
      getPriceList,
      replacePriceList,
      deletePriceList,
      listPrices,
      createPrice,
      getPrice,
      replacePrice,
      deletePrice,
      listPromotions,
      createPromotion: createPromotion(deps),
      getPromotion,
      replacePromotion: replacePromotion(deps),
      deletePromotion,
      listTaxes,
      setTax,
      getTax,
      deleteTax,
      listCurrencies,
      setCurrency,
      getCurrency,
      deleteCurrency,
      listShippingCharges,
      setShippingCharge,
      getShippingCharge,
      deleteShippingCharge,
    },
    rpc: {
      quote: quoteForOrder(deps),
      getQuote: getQuote(deps),
      acceptQuote: acceptQuote(deps),
      releaseQuote: releaseQuote(deps),
      listAcceptances,
      checkPromotions,
      findTaxClasses,
      findCurrency: findCurrency(deps),
    },
    consumes: {
      productCreated: copyCreatedProduct,
      productUpdated: copyUpdatedProduct,
      productDeleted: dropDeletedProduct,
      userCreated: copyCreatedUser,
      userUpdated: copyUpdatedUser,
    },
    sagas: {},
    tasks: { 'purge-quotes': purgeQuotesTask(deps), 'announce-promotion': announcePromotionTask(deps) },
    personalData,
  }),
})

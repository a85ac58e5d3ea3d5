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
import { announcePromotionTask } from './use-cases/publish-promotion.ts'

/** Price lists, promotions, tax, quotes: its table of contents. */
export const pricingService = defineService(pricing, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, config: { quoteSeconds } }): Deps => ({ clock, newId, quoteSeconds }),
  bind: (deps) => ({
    operations: {
      quote: quote(deps),
      listPriceLists: listPriceLists(deps),
      createPriceList: createPriceList(deps),
      getPriceList: getPriceList(deps),
      replacePriceList: replacePriceList(deps),
      deletePriceList: deletePriceList(deps),
      listPrices: listPrices(deps),
      createPrice: createPrice(deps),
      getPrice: getPrice(deps),
      replacePrice: replacePrice(deps),
      deletePrice: deletePrice(deps),
      listPromotions: listPromotions(deps),
      createPromotion: createPromotion(deps),
      getPromotion: getPromotion(deps),
      replacePromotion: replacePromotion(deps),
      deletePromotion: deletePromotion(deps),
      listTaxes: listTaxes(deps),
      setTax: setTax(deps),
      getTax: getTax(deps),
      deleteTax: deleteTax(deps),
      listShippingCharges: listShippingCharges(deps),
      setShippingCharge: setShippingCharge(deps),
      getShippingCharge: getShippingCharge(deps),
      deleteShippingCharge: deleteShippingCharge(deps),
    },
    rpc: {
      quote: quoteForOrder(deps),
      getQuote: getQuote(deps),
      acceptQuote: acceptQuote(deps),
      releaseQuote: releaseQuote(deps),
      listAcceptances: listAcceptances(deps),
      checkPromotions: checkPromotions(deps),
      findTaxClasses: findTaxClasses(deps),
    },
    consumes: {
      productCreated: copyCreatedProduct(deps),
      productUpdated: copyUpdatedProduct(deps),
      productDeleted: dropDeletedProduct(deps),
      userCreated: copyCreatedUser(deps),
      userUpdated: copyUpdatedUser(deps),
    },
    sagas: {},
    tasks: { 'purge-quotes': purgeQuotesTask(deps), 'announce-promotion': announcePromotionTask(deps) },
    personalData: personalData(deps),
  }),
})

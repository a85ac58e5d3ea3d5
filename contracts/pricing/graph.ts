import type { Graph } from '@stoa/contract'
import { QuoteLine } from './resources.ts'

/** What pricing contributes to the graph. */
export const pricingGraph: Graph = {
  types: { SkuPrice: QuoteLine, SkuDiscount: QuoteLine.properties.discounts.items },
  queries: { skuPrice: { operation: 'getSkuPrice' } },
  relations: { SkuPrice: { product: { service: 'inventory', operation: 'getProductBySku', with: { sku: 'sku' } } } },
}

import type { Graph } from '@stoa/contract'
import { Availability, Category, Product, ProductStatus, Variant } from './resources.ts'

/** What inventory contributes to the graph. */
export const inventoryGraph: Graph = {
  types: { Product, ProductStatus, Variant, Category, Availability },
  queries: {
    product: { operation: 'getProduct' },
    productBySku: { operation: 'getProductBySku' },
    products: { operation: 'listProducts' },
    productSearch: { operation: 'searchProducts' },
    categories: { operation: 'listCategories' },
    availability: { operation: 'getAvailability' },
  },
  relations: {
    Variant: {
      availability: { operation: 'getAvailability', with: { sku: 'sku' } },
      price: { service: 'pricing', operation: 'getSkuPrice', with: { sku: 'sku' } },
    },
  },
}

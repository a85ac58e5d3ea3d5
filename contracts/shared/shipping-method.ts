import { pathName } from './sku.ts'

/** A way of shipping by its name, such as `standard`: what a carrier offers, what pricing charges for, and what an order chooses. */
export const ShippingMethod = pathName(40)

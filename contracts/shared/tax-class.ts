import { pathName } from './sku.ts'

/** The class of products that a tax rate is for, such as `standard` or `reduced`; pricing sets the rates. */
export const TaxClass = pathName(40)

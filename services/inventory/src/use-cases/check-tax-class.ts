import type { Calls, Refusal } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'

/**
 * Asks pricing, which owns the tax rates, whether it has one for this class; a product of a class without a rate could be
 * sold nowhere. Undefined when there is a rate, or when the class is not set.
 */
export async function checkTaxClass(
  calls: Calls<InventoryService['calls']>,
  taxClass: string | undefined,
): Promise<Refusal<InventoryService, 'createProduct'> | undefined> {
  if (taxClass === undefined) return undefined
  const { taxClasses } = await calls.pricing.findTaxClasses({ taxClasses: [taxClass] })
  if (taxClasses.includes(taxClass)) return undefined
  const fields = [{ pointer: '/taxClass', detail: 'no tax rate names this class' }]
  return { code: 'product.tax_class_unknown', detail: `There is no tax rate for the class ${taxClass}.`, fields }
}

import type { ReadHandle } from '@stoa/contract'
import type { Deps } from '../deps.ts'
import { findMethod, type StoredMethod } from '../store/payment-methods.ts'

/** The method of a customer, if its provider is configured: the sandbox is none in production, and a key of Stripe can be taken away. */
export async function findUsableMethod(
  { providers }: Deps,
  db: ReadHandle,
  { paymentMethodId, customerId }: { readonly paymentMethodId: string; readonly customerId: string },
): Promise<StoredMethod | undefined> {
  const method = await findMethod(db, paymentMethodId, customerId)
  return method !== undefined && providers.has(method.resource.provider) ? method : undefined
}

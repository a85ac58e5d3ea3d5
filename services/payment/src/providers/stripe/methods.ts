import type { Forgotten, TokenDescription, TokenOwner } from '../provider.ts'
import type { StripeClient } from './client.ts'
import { asStripeFailure, isRefusal, toAppError } from './errors.ts'

/**
 * Describes a PaymentMethod and attaches it to the customer, because only an attached one can be charged again. Returns undefined if it does
 * not exist, is not a card, or belongs to another customer.
 */
export async function describeMethod(
  client: StripeClient,
  token: string,
  { customerId, reference }: TokenOwner,
): Promise<TokenDescription | undefined> {
  // anything else would be another path of the API
  if (!/^pm_[A-Za-z0-9_]+$/.test(token)) return undefined
  try {
    const method = await client.plain((stripe) => stripe.paymentMethods.retrieve(token))
    if (method.type !== 'card' || method.card === undefined) return undefined
    const owner =
      reference ??
      (
        await client.plain((stripe) =>
          stripe.customers.create(
            { metadata: { stoa_customer: customerId } },
            { idempotencyKey: `customer/${customerId}` },
          ),
        )
      ).id
    const held = typeof method.customer === 'string' ? method.customer : method.customer?.id
    if (held !== undefined && held !== owner) return undefined
    if (held === undefined) await client.plain((stripe) => stripe.paymentMethods.attach(token, { customer: owner }))
    const { brand, last4, country, fingerprint } = method.card
    return {
      label: `${brand} •••• ${last4}`,
      providerCustomer: owner,
      ...(country === null ? {} : { country }),
      ...(fingerprint === null || fingerprint === undefined ? {} : { fingerprint }),
    }
  } catch (error) {
    const failure = asStripeFailure(error)
    if (failure !== undefined && isRefusal(failure)) return undefined
    throw toAppError(error)
  }
}

/** Detaches a PaymentMethod, which can then no longer be charged, or deletes a customer with all of them. */
export async function forget(client: StripeClient, { kind, reference }: Forgotten): Promise<void> {
  try {
    await client.plain(async (stripe) => {
      if (kind === 'token') await stripe.paymentMethods.detach(reference)
      else await stripe.customers.del(reference)
    })
  } catch (error) {
    const failure = asStripeFailure(error)
    // not attached, or not there any more
    if (failure === undefined || !isRefusal(failure)) throw toAppError(error)
  }
}

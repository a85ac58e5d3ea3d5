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
  owner: TokenOwner,
): Promise<TokenDescription | undefined> {
  // anything else would be another path of the API
  if (!/^pm_[A-Za-z0-9_]+$/.test(token)) return undefined
  try {
    const method = await client.plain((stripe) => stripe.paymentMethods.retrieve(token))
    if (method.type !== 'card' || method.card === undefined) return undefined
    const held = typeof method.customer === 'string' ? method.customer : method.customer?.id
    const providerCustomer = await attach(client, token, owner, held)
    if (providerCustomer === undefined) return undefined
    const { brand, last4, country, fingerprint, wallet } = method.card
    return {
      label: `${brand} •••• ${last4}`,
      // Apple Pay and the like hand over a card of their own
      kind: wallet === null || wallet === undefined ? 'card' : 'wallet',
      providerCustomer,
      ...(country === null ? {} : { country }),
      ...(fingerprint === null || fingerprint === undefined ? {} : { fingerprint }),
    }
  } catch (error) {
    const failure = asStripeFailure(error)
    if (failure !== undefined && isRefusal(failure)) return undefined
    throw toAppError(error)
  }
}

/** Attaches a PaymentMethod to our customer, unless it is; returns the customer, or undefined if it belongs to another one. */
async function attach(
  client: StripeClient,
  token: string,
  { customerId, reference }: TokenOwner,
  held: string | undefined,
): Promise<string | undefined> {
  const customer = reference ?? (await makeCustomer(client, customerId, `customer/${customerId}`))
  if (held !== undefined) return held === customer ? customer : undefined
  const attachTo = (to: string) => client.plain((stripe) => stripe.paymentMethods.attach(token, { customer: to }))
  try {
    await attachTo(customer)
    return customer
  } catch (error) {
    if (!isCustomerMissing(error)) throw error
    // deleted in the dashboard, or of the test account from before going live: its cards are gone, but new ones can be kept
    const another = await makeCustomer(client, customerId, `customer/${customerId}/after/${customer}`)
    await attachTo(another)
    return another
  }
}

async function makeCustomer(client: StripeClient, customerId: string, idempotencyKey: string): Promise<string> {
  const metadata = { stoa_customer: customerId }
  return (await client.plain((stripe) => stripe.customers.create({ metadata }, { idempotencyKey }))).id
}

function isCustomerMissing(error: unknown): boolean {
  const failure = asStripeFailure(error)
  return failure?.code === 'resource_missing' && failure.param === 'customer'
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

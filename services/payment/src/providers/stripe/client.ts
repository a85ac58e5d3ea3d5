import type Stripe from 'stripe'
import { toAppError } from './errors.ts'

/** Where and how Stripe is reached. */
export interface StripeAccount {
  readonly secretKey: string
  /** Another address than Stripe's own, for tests. */
  readonly apiUrl: string | undefined
  readonly timeoutMs: number
}

/** Asks Stripe; its errors come as those of `toAppError`, save those that `keep` accepts. */
export type AskStripe = <T>(question: (stripe: Stripe) => Promise<T>) => Promise<T>

/** A connection to Stripe. The SDK is loaded by the first question, so that it costs nothing before. */
export interface StripeClient {
  /** The errors of the SDK as they are. */
  readonly plain: AskStripe
  readonly ask: AskStripe
}

/** Prepares a connection to an account. */
export function stripeClient(account: StripeAccount): StripeClient {
  let loaded: Promise<Stripe> | undefined
  const plain: AskStripe = async (question) => question(await (loaded ??= load(account)))
  return {
    plain,
    async ask(question) {
      try {
        return await plain(question)
      } catch (error) {
        throw toAppError(error)
      }
    },
  }
}

async function load({ secretKey, apiUrl, timeoutMs }: StripeAccount): Promise<Stripe> {
  const { default: Sdk } = await import('stripe')
  // Whether something is repeated is decided by our own policies, which know when to ask first.
  return new Sdk(secretKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...addressOf(apiUrl) })
}

function addressOf(apiUrl: string | undefined): Stripe.StripeConfig {
  if (apiUrl === undefined) return {}
  const { protocol, hostname, port } = new URL(apiUrl)
  const isSecure = protocol === 'https:'
  return {
    protocol: isSecure ? 'https' : 'http',
    host: hostname,
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
  }
}

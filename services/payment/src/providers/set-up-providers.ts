import type { ConfigOf } from '@stoa/config'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { config } from '../config.ts'
import { askingProvider, type AskedProvider } from './ask-provider.ts'
import type { PaymentProvider } from './provider.ts'
import { stripeProvider } from './stripe/stripe.ts'
import { sandboxProvider } from './sandbox/sandbox.ts'

interface SetUp {
  readonly database: Database
  readonly newId: NewId
  readonly clock: Clock
  readonly settings: Pick<
    ConfigOf<typeof config>,
    | 'stoaEnv'
    | 'providerTimeoutMs'
    | 'sandboxWebhookSecret'
    | 'stripeSecretKey'
    | 'stripeWebhookSecret'
    | 'stripeReturnUrl'
    | 'stripeApiUrl'
    | 'stripeTimeoutMs'
  >
}

/** The providers that payments can be made with, by name; the sandbox is none in production. */
export function setUpProviders({ database, newId, clock, settings }: SetUp): ReadonlyMap<string, AskedProvider> {
  const providers: AskedProvider[] = []
  const add = (provider: PaymentProvider, timeoutMs: number) => providers.push(askingProvider(provider, { timeoutMs }))
  if (settings.stoaEnv !== 'production') {
    add(
      sandboxProvider({ database, newId, clock, webhookSecret: settings.sandboxWebhookSecret }),
      settings.providerTimeoutMs,
    )
  }
  const { stripeSecretKey: secretKey, stripeTimeoutMs: timeoutMs } = settings
  if (secretKey !== undefined) {
    const { stripeWebhookSecret: webhookSecret, stripeReturnUrl: returnUrl, stripeApiUrl: apiUrl } = settings
    add(stripeProvider({ secretKey, apiUrl, timeoutMs, webhookSecret, returnUrl }), timeoutMs)
  }
  return new Map(providers.map((provider) => [provider.name, provider]))
}

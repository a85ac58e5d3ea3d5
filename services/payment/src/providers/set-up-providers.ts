import type { ConfigOf } from '@stoa/config'
import type { NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { config } from '../config.ts'
import { askingProvider, type AskedProvider } from './ask-provider.ts'
import type { PaymentProvider } from './provider.ts'
import { sandboxProvider } from './sandbox/sandbox.ts'

interface SetUp {
  readonly database: Database
  readonly newId: NewId
  readonly settings: Pick<ConfigOf<typeof config>, 'stoaEnv' | 'providerTimeoutMs' | 'sandboxWebhookSecret'>
}

/** The providers that payments can be made with, by name; the sandbox is none in production. */
export function setUpProviders({ database, newId, settings }: SetUp): ReadonlyMap<string, AskedProvider> {
  const providers: PaymentProvider[] = []
  if (settings.stoaEnv !== 'production') {
    providers.push(sandboxProvider({ database, newId, webhookSecret: settings.sandboxWebhookSecret }))
  }
  return new Map(
    providers.map((provider) => [provider.name, askingProvider(provider, { timeoutMs: settings.providerTimeoutMs })]),
  )
}

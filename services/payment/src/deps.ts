import type { Clock, NewId } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import type { FraudLimits } from './domain/fraud.ts'
import type { AskedProvider } from './providers/ask-provider.ts'

/** What the use cases of payment are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly providers: ReadonlyMap<string, AskedProvider>
  readonly fraudLimits: FraudLimits
  /** What was begun with a provider this long ago and has not ended is taken up by whoever finds it. */
  readonly abandonedAfterMs: number
}

/** The provider of a stored payment, which is there as long as its payments are. */
export function getProvider({ providers }: Deps, name: string): AskedProvider {
  const provider = providers.get(name)
  if (provider === undefined) throw new Error(`the payment provider ${name} is not set up`)
  return provider
}

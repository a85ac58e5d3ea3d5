import type { Clock, NewId } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import type { FraudLimits } from './domain/fraud.ts'
import type { FraudScores } from './fraud/fraud-scores.ts'
import type { AskedProvider } from './providers/ask-provider.ts'

/** The dependencies of the use cases of payment. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly providers: ReadonlyMap<string, AskedProvider>
  readonly fraudLimits: FraudLimits
  /** Undefined if scores are switched off. */
  readonly fraudScores: FraudScores | undefined
  /** Age at which an unfinished operation at a provider is resumed. */
  readonly abandonedAfterMs: number
  /** How long a customer has to confirm a payment. */
  readonly actionMs: number
}

/** The provider of a stored payment, which is there as long as its payments are. */
export function getProvider({ providers }: Deps, name: string): AskedProvider {
  const provider = providers.get(name)
  if (provider === undefined) throw new Error(`the payment provider ${name} is not configured`)
  return provider
}

import type { TaskHandler, Tx } from '@stoa/contract'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { getProvider, type Deps } from '../deps.ts'
import type { Forgotten } from '../providers/provider.ts'
import { isStillNeeded } from '../store/payment-methods.ts'

const askAgainAfterMs = 600_000

/** Has the provider forget a token or a customer of ours, with this transaction; a provider that keeps nothing of ours is not asked. */
export async function forgetAtProvider(
  { providers }: Deps,
  tx: Tx<PaymentService>,
  provider: string,
  what: Forgotten,
): Promise<void> {
  const asked = providers.get(provider)
  if (asked !== undefined && asked.forget === undefined) return
  const { kind, reference } = what
  await tx.enqueue('forget-at-provider', { provider, kind, reference }, { key: `${provider}/${reference}` })
}

/** Waits while something is still to be charged with it: a payment in review, or one whose outcome is unknown. */
export const forgetAtProviderTask =
  (deps: Deps): TaskHandler<PaymentService, 'forget-at-provider'> =>
  async ({ payload, db, commit }) => {
    const { provider, kind, reference } = payload
    switch (await isStillNeeded(db, provider, { kind, reference })) {
      case 'kept':
        return commit(async () => {})
      case 'to_charge':
        return commit((tx) =>
          tx.enqueue('forget-at-provider', payload, { key: `${provider}/${reference}`, delayMs: askAgainAfterMs }),
        )
      case 'no': {
        await getProvider(deps, provider).forget?.({ kind, reference })
        return commit(async () => {})
      }
    }
  }

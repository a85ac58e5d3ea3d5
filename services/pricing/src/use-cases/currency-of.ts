import type { ReadHandle, RpcHandler } from '@stoa/contract'
import type { PricingService } from '@stoa/contracts/pricing/service'
import { defaultSalesChannel } from '@stoa/contracts/shared/sales-channel'
import type { Deps } from '../deps.ts'
import { findCurrency as findStored } from '../store/currencies.ts'

/** The currency in which a region is sold to by a channel: the one that staff have set, or that of the shop. */
export async function currencyOf(
  { shopCurrency }: Deps,
  db: ReadHandle,
  { region, channel = defaultSalesChannel }: { readonly region: string; readonly channel?: string | undefined },
): Promise<string> {
  return (await findStored(db, region, channel)) ?? shopCurrency
}

/** The same for carts. */
export const findCurrency =
  (deps: Deps): RpcHandler<PricingService, 'findCurrency'> =>
  async ({ input: { region, channel }, db }) => ({
    currency: await currencyOf(deps, db, { region, channel: channel || undefined }),
  })

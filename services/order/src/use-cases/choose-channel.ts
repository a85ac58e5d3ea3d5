import type { Caller } from '@stoa/contract'
import { ownChannels, type SalesChannel } from '@stoa/contracts/shared/sales-channel'

/** Why a caller cannot order by a channel; undefined if they can, or state none. */
export function refuseChannel(channel: SalesChannel | undefined, caller: Caller) {
  if (channel === undefined || ownChannels.includes(channel) || caller.can('order:channel')) return undefined
  const detail = `Orders of the channel ${channel} are entered by staff or by programs of partners.`
  const fields = [{ pointer: '/channel', detail: 'needs the permission order:channel' }]
  return { code: 'order.channel_forbidden' as const, detail, fields }
}

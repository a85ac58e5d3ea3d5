import type { Caller } from '@stoa/contract'
import { securityKinds, type NotificationKind } from '@stoa/contracts/notification/resources'

/** Returns whether a kind is about the security of an account, and the caller may not word such messages. */
export function isReservedFor({ can }: Pick<Caller, 'can'>, kind: NotificationKind): boolean {
  return securityKinds.has(kind) && !can('template:manage:security')
}

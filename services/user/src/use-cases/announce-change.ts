import type { Tx } from '@stoa/contract'
import type { User } from '@stoa/contracts/user/resources'
import { userUpdated } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { findUser } from '../store/users.ts'

/** Publishes the current state of an account. */
export async function announce(tx: Tx<UserService>, { id: userId, tier, status, locale }: User): Promise<void> {
  await tx.publish(userUpdated, userId, { userId, tier, status, locale })
}

/** Tells what an account is now that it was changed by its id. */
export async function announceChange(tx: Tx<UserService>, userId: string, now: Temporal.Instant): Promise<void> {
  const user = await findUser(tx, userId, now)
  if (user !== undefined) await announce(tx, user)
}

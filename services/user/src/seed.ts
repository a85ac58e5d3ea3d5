import type { Tx } from '@stoa/contract'
import { userCreated } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { createPasswords } from '@stoa/security'
import type { Clock } from '@stoa/kernel'
import { insertUser, type NewUser } from './store/users.ts'

/** An account that is put in by its id, for the demonstration. */
export interface SeededAccount {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
}

/** Puts accounts in as if they had registered, all with one password; those that are there stay as they are. */
export async function seed(
  tx: Tx<UserService>,
  { clock }: { readonly clock: Clock },
  accounts: readonly SeededAccount[],
  password: string,
): Promise<void> {
  const { hashPassword } = createPasswords()
  for (const account of accounts) {
    const passwordHash = await hashPassword(password)
    const user: NewUser = { ...account, kind: 'registered', locale: 'en', passwordHash, isVerified: true }
    const created = await insertUser(tx, user, clock.now())
    if (created === undefined) continue
    const { id: userId, tier, locale } = created
    await tx.publish(userCreated, userId, { userId, kind: 'registered', tier, locale })
  }
}

import type { Tx } from '@stoa/contract'
import { userCreated } from '@stoa/contracts/user/events'
import type { UserService } from '@stoa/contracts/user/service'
import { createPasswords } from '@stoa/security'
import type { Clock } from '@stoa/kernel'
import { defineSeed } from '@stoa/service'
import { userService } from './service.ts'
import { insertUser, type NewUser } from './store/users.ts'

/** An account that is put in by its id, for the demonstration. */
export interface SeededAccount {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
}

/** The accounts, and the password of all of them. */
export interface SeededAccounts {
  readonly accounts: readonly SeededAccount[]
  readonly password: string
}

/** Inserts accounts as if they had registered, all with one password; existing accounts are kept. */
export async function seedAccounts(
  tx: Tx<UserService>,
  { clock }: { readonly clock: Clock },
  { accounts, password }: SeededAccounts,
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

/** The demonstration accounts. */
export const seed = defineSeed<UserService, SeededAccounts>(userService, seedAccounts)

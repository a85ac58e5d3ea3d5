import type { Calls } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import { isAppError } from '@stoa/kernel'
import type { AccessToken, Account } from 'oidc-provider'

/** What a token says of an account. */
export interface AccountClaims {
  readonly userId: string
  readonly email: string
  readonly roles: readonly string[]
  readonly tier: string
}

/** What else an ID token or userinfo says of an account (OpenID Connect Core, section 5.1). */
interface Profile {
  readonly name: string
  readonly locale: string
  readonly email_verified?: boolean
  readonly updated_at?: number
}

/** What is known of a token that is minted without asking for its account. */
interface Noted extends AccountClaims {
  /** How the account was proven; undefined for an API key. */
  readonly methods?: readonly string[]
}

interface KnownAccount extends Account {
  readonly known: AccountClaims
}

/** The accounts of user, asked for when a token is minted. */
export interface Accounts {
  /** The account, or undefined when it is closed or was never there. */
  readonly find: (userId: string) => Promise<Account | undefined>
  /** Notes what is known of the account of a token that is minted without asking for it. */
  readonly note: (token: AccessToken, claims: Noted) => void
  readonly noted: (token: AccessToken) => Noted | undefined
}

export function makeAccounts(calls: Pick<Calls<AuthService['calls']>, 'user'>): Accounts {
  const noted = new WeakMap<object, Noted>()
  return {
    find: async (userId) => {
      try {
        const { email, roles, tier, name, locale, emailVerified, updatedAt } = await calls.user.getClaims({ userId })
        return toAccount(
          { userId, email, roles, tier },
          {
            name,
            locale,
            ...(emailVerified === undefined ? {} : { email_verified: emailVerified }),
            ...(updatedAt === undefined || updatedAt === 0n ? {} : { updated_at: Number(updatedAt) }),
          },
        )
      } catch (error) {
        if (isAppError(error, 'user.not_found')) return undefined
        throw error
      }
    },
    note: (token, claims) => void noted.set(token, claims),
    noted: (token) => noted.get(token),
  }
}

/** What is known of an account that `find` answered. */
export function accountOf(account: Account | undefined): AccountClaims | undefined {
  return account !== undefined && 'known' in account ? (account as KnownAccount).known : undefined
}

function toAccount(known: AccountClaims, profile: Profile): KnownAccount {
  return {
    accountId: known.userId,
    known,
    claims: () => ({ sub: known.userId, email: known.email, roles: [...known.roles], tier: known.tier, ...profile }),
  }
}

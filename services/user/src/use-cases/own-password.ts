import type { Handler } from '@stoa/contract'
import type { UserService } from '@stoa/contracts/user/service'
import type { Deps } from '../deps.ts'
import { findCredentialsById } from '../store/credentials.ts'
import { checkPassword, refusalFor } from './check-password.ts'

type PasswordContext = Pick<
  Parameters<Handler<UserService, 'enableSecondFactor'>>[0],
  'params' | 'caller' | 'db' | 'begin'
>

/** The refusal of a request about an account that is not there. */
export const missingAccount = (id: string) =>
  ({ code: 'user.not_found', detail: `The account ${id} does not exist.` }) as const

/** Checks the password of the account that a request is about, or says why it is refused. */
export async function checkOwnPassword(deps: Deps, { params, caller, db, begin }: PasswordContext, password: string) {
  const account = await findCredentialsById(db, params.id)
  if (account === undefined) return { kind: 'refused', refusal: missingAccount(params.id) } as const
  const shown = { email: account.email, account, password, address: caller.address }
  const checked = await checkPassword(deps, { db, begin }, shown)
  return checked.kind === 'right' ? checked : ({ kind: 'refused', refusal: refusalFor(checked) } as const)
}

import type { Deps } from '../deps.ts'
import type { UserTx } from './count-attempts.ts'

interface Attempt {
  readonly account: { readonly id: string } | undefined
  readonly address: string
}

/** All sign-ins are recorded under one name, whatever page or operation they use. */
const operation = 'user.signIn'

/** Records with the transaction that an account has proven itself. */
export function recordSignIn(
  tx: UserTx,
  { account: { id }, address }: Attempt & { readonly account: { readonly id: string } },
  methods: readonly string[],
): void {
  const details = { methods: methods.join(' ') }
  tx.audit({ operation, actor: id, actorKind: 'user', outcome: 'succeeded', persons: [id], address, details })
}

/** Records a refused sign-in, those of one client and minute as one entry. It is refused even if it cannot be recorded: `authentications` has it. */
export async function recordRefusedSignIn(deps: Deps, { account, address }: Attempt, code: string): Promise<void> {
  const persons = account === undefined ? [] : [account.id]
  const facts = { operation, actor: 'anonymous', actorKind: 'anonymous', outcome: 'refused', code } as const
  await deps.audit.record({ ...facts, persons, address }).catch(() => {})
}

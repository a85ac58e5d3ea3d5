import type { Handler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { toSigningKey } from '../resources.ts'
import { listSigningKeyRows } from '../store/signing-keys.ts'

/** Lists the keys that tokens are signed and verified with. */
export const listSigningKeys =
  ({ clock }: Deps): Handler<AuthService, 'listSigningKeys'> =>
  async ({ db }) => {
    const now = clock.now()
    const keys = await listSigningKeyRows(db, now)
    return { status: 200, body: { items: keys.map((key) => toSigningKey(key, keys, now)) } }
  }

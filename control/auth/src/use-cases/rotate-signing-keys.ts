import type { Handler, TaskHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { MAX_SIGNING_KEYS } from '../domain/signing-schedule.ts'
import { makeSigningKey } from '../key-ring.ts'
import { toSigningKey } from '../resources.ts'
import { listSigningKeyRows } from '../store/signing-keys.ts'

/** Makes the next signing key by an admin's hand. */
export const rotateSigningKeys =
  ({ identity, clock }: Deps): Handler<AuthService, 'rotateSigningKeys'> =>
  async ({ body, refuse, commit }) => {
    const isCompromised = body?.isCompromised ?? false
    const tooMany = `At most ${MAX_SIGNING_KEYS} signing keys may be in use.`
    // looked at before, too: making a key costs more CPU than all the rest
    if (!isCompromised && (await identity.keys.isFull())) return refuse('auth.signing_key_limit', tooMany)
    const made = await makeSigningKey()
    const done = await commit(async (tx) => {
      const row = await identity.keys.rotate(tx, made, isCompromised)
      if (row === undefined) return refuse('auth.signing_key_limit', tooMany)
      const now = clock.now()
      // which key is active depends on the others
      return { status: 201, body: toSigningKey(row, await listSigningKeyRows(tx, now), now) }
    })
    await identity.reload()
    return done
  }

/** Makes the next signing key when it is time. */
export const rotateSigningKeysWhenDue =
  ({ identity }: Deps): TaskHandler<AuthService, 'rotate-signing-keys'> =>
  async ({ commit }) => {
    const made = (await identity.keys.isDue()) ? await makeSigningKey() : undefined
    await commit(async (tx) => {
      if (made !== undefined) await identity.keys.rotateWhenDue(tx, made)
    })
    await identity.reload()
  }

import type { Handler, TaskHandler } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import type { Deps } from '../deps.ts'
import { makeSigningKey } from '../key-ring.ts'
import { toSigningKey } from '../resources.ts'

/** Makes the next signing key by an admin's hand. */
export const rotateSigningKeys =
  ({ identity, clock }: Deps): Handler<AuthService, 'rotateSigningKeys'> =>
  async ({ body, commit }) => {
    const made = await makeSigningKey()
    const done = await commit(async (tx) => {
      const row = await identity.keys.rotate(tx, made, body?.isCompromised ?? false)
      return { status: 201, body: toSigningKey(row, [row], clock.now()) }
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

import { decryptWithAny, encryptWithFirst, type ChangingKeys } from '@stoa/security'

/** The secret of a second factor as its app has it. */
interface OpenedSecret {
  readonly secret: string
  /** The same encrypted with the first key, if another one had encrypted it. */
  readonly sealedAnew: Buffer | undefined
}

/** Decrypts the secret of a second factor. @throws Error if none of the keys has encrypted it */
export function openSecret(keys: ChangingKeys, factorId: string, sealed: Buffer): OpenedSecret {
  const decrypted = decryptWithAny(keys, factorId, sealed)
  if (decrypted === undefined) {
    throw new Error(
      'The secret of a second factor cannot be decrypted: USER_SECRET has changed since it was stored. Set USER_SECRET_OTHER to the former value.',
    )
  }
  const { text: secret, isCurrent } = decrypted
  return { secret, sealedAnew: isCurrent ? undefined : encryptWithFirst(keys, factorId, secret) }
}

import { decryptText, deriveKey, encryptText } from '@stoa/security'
import type { Deps } from '../deps.ts'

type Keys = Deps['secretKeys']

/** The secret of a second factor as its app has it. */
interface OpenedSecret {
  readonly secret: string
  /** The same encrypted with the first key, if another one had encrypted it. */
  readonly sealedAnew: Buffer | undefined
}

/** The keys of second factors from USER_SECRET, and from USER_SECRET_OTHER if it is set. */
export function factorKeys(userSecret: string, other: string | undefined): Keys {
  const keyOf = (secret: string) => deriveKey(secret, 'second factors')
  return [keyOf(userSecret), ...(other === undefined ? [] : [keyOf(other)])]
}

/** Encrypts the secret of a second factor. */
export function sealSecret([key]: Keys, factorId: string, secret: string): Buffer {
  return encryptText(key, factorId, secret)
}

/** Decrypts the secret of a second factor. @throws Error if none of the keys has encrypted it */
export function openSecret(keys: Keys, factorId: string, sealed: Buffer): OpenedSecret {
  for (const [index, key] of keys.entries()) {
    const secret = decrypted(key, factorId, sealed)
    if (secret === undefined) continue
    return { secret, sealedAnew: index === 0 ? undefined : sealSecret(keys, factorId, secret) }
  }
  throw new Error(
    'The secret of a second factor cannot be decrypted: USER_SECRET has changed since it was stored. Set USER_SECRET_OTHER to the former value.',
  )
}

function decrypted(key: Buffer, factorId: string, sealed: Buffer): string | undefined {
  try {
    return decryptText(key, factorId, sealed)
  } catch {
    return undefined
  }
}

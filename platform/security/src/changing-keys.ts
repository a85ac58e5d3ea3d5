import { decryptText, deriveKey, encryptText } from './secrets.ts'

/** The keys for one purpose while its secret changes: the first one encrypts, each decrypts. */
export type ChangingKeys = readonly [Buffer, ...Buffer[]]

/** A text that one of several keys has decrypted. */
export interface Decrypted {
  readonly text: string
  /** Whether the first key had encrypted it. */
  readonly isCurrent: boolean
}

/** Derives the keys for one purpose from a secret of at least 32 bytes, and from another one that is to be accepted beside it. */
export function deriveChangingKeys(
  { secret, other }: { readonly secret: string; readonly other: string | undefined },
  purpose: string,
): ChangingKeys {
  return [deriveKey(secret, purpose), ...(other === undefined ? [] : [deriveKey(other, purpose)])]
}

/** Encrypts a text with the first of the keys, as `encryptText` does. */
export function encryptWithFirst([key]: ChangingKeys, context: string, text: string): Buffer {
  return encryptText(key, context, text)
}

/** Decrypts the result of `encryptText` with the key that fits; undefined if none does, the context differs, or the text was modified. */
export function decryptWithAny(keys: ChangingKeys, context: string, encrypted: Uint8Array): Decrypted | undefined {
  for (const [index, key] of keys.entries()) {
    try {
      return { text: decryptText(key, context, encrypted), isCurrent: index === 0 }
    } catch {
      // another key may fit
    }
  }
  return undefined
}

import { decryptWithAny, encryptWithFirst, type ChangingKeys } from '@stoa/security'

/** Encrypts the secret of an endpoint, for which alone it can be decrypted. */
export function sealSecret(keys: ChangingKeys, endpointId: string, secret: string): Buffer {
  return encryptWithFirst(keys, endpointId, secret)
}

/** Decrypts the secret of an endpoint; `sealedAnew` is to replace it if another key than the first has decrypted it. */
export function openSecret(
  keys: ChangingKeys,
  endpointId: string,
  sealed: Uint8Array,
): { readonly secret: string; readonly sealedAnew: Buffer | undefined } {
  const opened = decryptWithAny(keys, endpointId, sealed)
  if (opened === undefined) {
    throw new Error(
      'The secret of a webhook endpoint cannot be decrypted: NOTIFICATION_SECRET has changed. Set NOTIFICATION_SECRET_OTHER to the former value.',
    )
  }
  return { secret: opened.text, sealedAnew: opened.isCurrent ? undefined : sealSecret(keys, endpointId, opened.text) }
}

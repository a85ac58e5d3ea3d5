import { decryptText, deriveKey, encryptText, fingerprint } from '@stoa/security'

/** Encrypts what a browser keeps for us, so that it can neither read nor change it. */
export interface Sealer {
  readonly seal: (purpose: string, value: object) => string
  /** Returns undefined for a text that was not sealed here for this purpose. */
  readonly open: (purpose: string, sealed: string) => unknown
}

/** Makes a sealer; gateways with the same secret open what another has sealed. */
export function makeSealer(secret: string): Sealer {
  // a secret may be shorter than a key must be
  const key = deriveKey(fingerprint(secret), 'sessions of apps')
  return {
    seal: (purpose, value) => encryptText(key, purpose, JSON.stringify(value)).toString('base64url'),
    open(purpose, sealed) {
      try {
        return JSON.parse(decryptText(key, purpose, Buffer.from(sealed, 'base64url'))) as unknown
      } catch {
        return undefined
      }
    },
  }
}

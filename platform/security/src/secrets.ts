import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** A random secret of at least 16 bytes, as base64url. */
export function randomSecret(sizeBytes = 32): string {
  if (sizeBytes < 16) throw new RangeError('a secret must have at least 16 bytes')
  return randomBytes(sizeBytes).toString('base64url')
}

/** Returns the SHA-256 of a text as base64url, for storing and looking up secrets with sufficient entropy. */
export function fingerprint(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Compares two texts in a time that depends on neither's content, nor on their lengths. */
export function equalsInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'))
}

/** Derives a key for one purpose from a secret of at least 32 bytes (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: string, purpose: string, sizeBytes = 32): Buffer {
  if (Buffer.byteLength(secret) < 32)
    throw new RangeError('the secret from which keys are derived must have at least 32 bytes')
  return Buffer.from(hkdfSync('sha256', secret, 'stoa', purpose, sizeBytes))
}

/**
 * Signs a value (HMAC-SHA-256): anyone can read the result, but only the owner of the key can create one. `purpose` prevents
 * a value signed for one use from being accepted for another.
 */
export function signValue(key: Buffer, purpose: string, value: string): string {
  return `${Buffer.from(value).toString('base64url')}.${tag(key, purpose, value)}`
}

/** The value of a signed opaque value, or undefined when it was not signed with this key for this purpose. */
export function openSignedValue(key: Buffer, purpose: string, signed: string): string | undefined {
  const dot = signed.indexOf('.')
  if (dot < 0) return undefined
  const value = Buffer.from(signed.slice(0, dot), 'base64url').toString()
  return equalsInConstantTime(signed, signValue(key, purpose, value)) ? value : undefined
}

function tag(key: Buffer, purpose: string, value: string): string {
  return createHmac('sha256', key).update(purpose).update('\0').update(value).digest('base64url')
}

/** The token with which one service of a system registers its own instances: derived from the token of the system (HMAC-SHA-256). */
export function registryTokenOf(systemToken: string, service: string): string {
  return tag(Buffer.from(systemToken), 'registry token', service)
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts a text with a 32-byte key (AES-256-GCM, a fresh nonce each time), bound to `context`. */
export function encryptText(key: Buffer, context: string, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/** Decrypts the result of `encryptText`. Throws if the key or the context differs, or if the text was modified. */
export function decryptText(key: Buffer, context: string, encrypted: Uint8Array): string {
  const bytes = Buffer.from(encrypted)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
}

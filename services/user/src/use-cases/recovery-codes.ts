import { randomBytes } from 'node:crypto'
import { fingerprint, toBase32 } from '@stoa/security'

const count = 10
const sizeBytes = 10

/** New recovery codes, of 80 random bits each. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: count }, () => (toBase32(randomBytes(sizeBytes)).match(/.{4}/g) ?? []).join('-'))
}

/** What is kept of a recovery code: with so many random bits a plain hash; of the same code another for each factor. */
export function hashRecoveryCode(factorId: string, code: string): string {
  return fingerprint(`${factorId}:${code.replaceAll('-', '')}`)
}

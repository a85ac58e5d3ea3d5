import { createHmac, randomBytes } from 'node:crypto'

/** Seconds for which one code of an authenticator app stands. */
export const TOTP_STEP_SECONDS = 30

const DIGITS = 6
// as long as the hash (RFC 4226, section 4)
const SECRET_BYTES = 20
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new secret for an authenticator app: 160 random bits in base32. */
export function makeTotpSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES))
}

/** The number of the time step that contains a moment (RFC 6238). */
export function totpStepAt(at: Temporal.Instant): number {
  return Math.floor(at.epochMilliseconds / 1_000 / TOTP_STEP_SECONDS)
}

/** The code of six digits for a time step (RFC 6238 with SHA-1, which every authenticator app knows). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const tag = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = tag.readUInt8(tag.length - 1) & 0x0f
  const number = tag.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The address that an authenticator app reads from a QR code (Key Uri Format). */
export function totpUri(
  secret: string,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const query = `secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${TOTP_STEP_SECONDS}`
  return `otpauth://totp/${label}?${query}`
}

/** Writes bytes in base32 without padding (RFC 4648). */
export function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)] ?? '').join('')
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (sign) => {
    const value = ALPHABET.indexOf(sign)
    if (value < 0) throw new RangeError('the secret is not base32')
    return value.toString(2).padStart(5, '0')
  }).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

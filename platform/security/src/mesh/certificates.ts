import { createHash, createPrivateKey, generateKeyPair, randomBytes, sign, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { bits, element, identifier, integer, octets, sequence, set, tagged, text, time, yes } from './der.ts'
import { spiffeId } from './service-identity.ts'

/** A certificate and its private key, in PEM. */
export interface KeyedCertificate {
  readonly cert: string
  readonly key: string
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const authorityMs = 3_650 * dayMs
/** The longest time for which a certificate of a service is valid. */
export const longestCertificateMs: number = 30 * dayMs
/** Certificates are valid from a little before they are made: clocks differ. */
const earlierMs = 5 * 60_000

const makeKeys = promisify(generateKeyPair)
const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'))

/** Makes the authority that signs the certificates of the services of one system; it is valid for ten years. */
export async function makeAuthority(nowMs: number): Promise<KeyedCertificate> {
  const { publicKey, privateKey } = await makeKeys('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  // Two authorities, as before and after a change, are told apart by their names.
  const name = nameOf(`Stoa mesh authority ${randomBytes(4).toString('hex')}`)
  const extensions = [
    extension('2.5.29.19', true, sequence(yes, integer(Buffer.from([0])))),
    // keyCertSign and cRLSign
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    extension('2.5.29.14', false, octets(keyIdOf(spki))),
  ]
  const validity = { fromMs: nowMs - earlierMs, untilMs: nowMs + authorityMs }
  return { cert: signed({ issuer: name, subject: name, spki, validity, extensions }, key), key }
}

/**
 * Makes the key of a service and a certificate for it, with the SPIFFE id `spiffe://stoa/{service}`, for its calls and for its port.
 * @throws RangeError for a lifetime of more than 30 days
 */
export async function issueCertificate(
  authority: KeyedCertificate,
  { service, nowMs, lifetimeMs }: { readonly service: string; readonly nowMs: number; readonly lifetimeMs: number },
): Promise<KeyedCertificate> {
  if (lifetimeMs > longestCertificateMs) throw new RangeError('a certificate of a service is valid for 30 days at most')
  const { publicKey, privateKey } = await makeKeys('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const issuer = new X509Certificate(authority.cert)
  const issuerSpki = issuer.publicKey.export({ type: 'spki', format: 'der' })
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    // serverAuth and clientAuth
    extension('2.5.29.37', false, sequence(identifier('1.3.6.1.5.5.7.3.1'), identifier('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.14', false, octets(keyIdOf(spki))),
    extension('2.5.29.35', false, sequence(element(0x80, keyIdOf(issuerSpki)))),
    extension('2.5.29.17', false, sequence(element(0x86, Buffer.from(spiffeId(service), 'ascii')))),
  ]
  const validity = { fromMs: nowMs - earlierMs, untilMs: nowMs + lifetimeMs }
  const parts = { issuer: subjectOf(issuer), subject: nameOf(service), spki, validity, extensions }
  return { cert: signed(parts, authority.key), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }
}

/**
 * Whether two thirds of the time of a certificate have passed, counted from when it was made, or it is not valid: not any more, or not yet, as
 * when it was made by a clock that was ahead.
 */
export function isRenewalDue(cert: string, nowMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert)
  const madeMs = Date.parse(validFrom) + earlierMs
  return nowMs < madeMs - earlierMs || nowMs >= madeMs + ((Date.parse(validTo) - madeMs) * 2) / 3
}

/** Whether an authority is valid, and remains so for as long as any certificate that it signs now. */
export function maySign({ cert }: KeyedCertificate, nowMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert)
  return Date.parse(validFrom) <= nowMs && nowMs + longestCertificateMs <= Date.parse(validTo)
}

interface Parts {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly spki: Buffer
  readonly validity: { readonly fromMs: number; readonly untilMs: number }
  readonly extensions: readonly Buffer[]
}

function signed({ issuer, subject, spki, validity, extensions }: Parts, key: string): string {
  const content = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    issuer,
    sequence(time(validity.fromMs), time(validity.untilMs)),
    subject,
    spki,
    tagged(3, sequence(...extensions)),
  )
  const signature = sign('sha256', content, createPrivateKey(key))
  const base64 = sequence(content, ecdsaWithSha256, bits(signature)).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(identifier('2.5.4.3'), text(commonName))))
}

/** The name of an authority that this file has made, written again. */
function subjectOf({ subject }: X509Certificate): Buffer {
  const [, commonName] = /^CN=([\w ]+)$/.exec(subject) ?? []
  if (commonName === undefined) throw new Error(`the authority ${subject} was not made here`)
  return nameOf(commonName)
}

function extension(oid: string, isCritical: boolean, content: Buffer): Buffer {
  return sequence(identifier(oid), ...(isCritical ? [yes] : []), octets(content))
}

/** RFC 5280, 4.2.1.2: what tells keys apart; it protects nothing. */
function keyIdOf(spki: Buffer): Buffer {
  return createHash('sha256').update(spki).digest().subarray(0, 20)
}

import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRenewalDue, issueCertificate, makeAuthority, type KeyedCertificate } from './certificates.ts'
import { serviceOf } from './service-identity.ts'

const dayMs = 86_400_000
const nowMs = Date.now()
let folder: string
let authority: KeyedCertificate
let order: KeyedCertificate

const fileOf = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stoa-mesh-'))
  authority = await makeAuthority(nowMs)
  order = await issueCertificate(authority, { service: 'order', nowMs, lifetimeMs: 30 * dayMs })
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each(['sslserver', 'sslclient'])(
  'OpenSSL verifies the certificate of a service as %s, by all rules',
  (purpose) => {
    const ca = fileOf('ca.crt', authority.cert)
    const cert = fileOf('order.crt', order.cert)
    expect(openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', ca, cert)).toContain('order.crt: OK')
  },
)

test('OpenSSL refuses a certificate of another authority, and one that has expired', async () => {
  const ca = fileOf('ca.crt', authority.cert)
  const other = await issueCertificate(await makeAuthority(nowMs), { service: 'order', nowMs, lifetimeMs: dayMs })
  const old = await issueCertificate(authority, { service: 'order', nowMs: nowMs - 2 * dayMs, lifetimeMs: dayMs })
  expect(() => openssl('verify', '-CAfile', ca, fileOf('other.crt', other.cert))).toThrow('unable to get local issuer')
  expect(() => openssl('verify', '-CAfile', ca, fileOf('old.crt', old.cert))).toThrow('certificate has expired')
})

test('a certificate names its service, may be used in both directions, and signs no other', () => {
  const shown = openssl('x509', '-in', fileOf('order.crt', order.cert), '-noout', '-text')
  expect(shown).toMatch(/Version: 3 .*ecdsa-with-SHA256/s)
  expect(shown).toMatch(/Subject Alternative Name: *\n *URI:spiffe:\/\/stoa\/order\n/)
  expect(shown).toMatch(/Extended Key Usage: *\n *TLS Web Server Authentication, TLS Web Client Authentication\n/)
  expect(shown).toMatch(/Basic Constraints: critical\n *CA:FALSE/)
  expect(shown).toMatch(/Key Usage: critical\n *Digital Signature\n/)
  const authorityShown = openssl('x509', '-in', fileOf('ca.crt', authority.cert), '-noout', '-text')
  expect(authorityShown).toMatch(/Basic Constraints: critical\n *CA:TRUE, pathlen:0/)
  expect(authorityShown).toMatch(/Key Usage: critical\n *Certificate Sign, CRL Sign\n/)
})

test('a certificate belongs to its key and is valid for the time that was asked for', () => {
  const { validFrom, validTo } = new X509Certificate(order.cert)
  const exactMs = Math.floor(nowMs / 1_000) * 1_000
  expect(Date.parse(validTo)).toBe(exactMs + 30 * dayMs)
  expect(Date.parse(validFrom)).toBe(exactMs - 300_000)
  const keyOf = (...args: string[]) => openssl(...args)
  const fromCert = keyOf('x509', '-in', fileOf('order.crt', order.cert), '-noout', '-pubkey')
  expect(keyOf('pkey', '-in', fileOf('order.key', order.key), '-pubout')).toBe(fromCert)
})

test('dates from 2050 on are written with four digits', async () => {
  const late = await makeAuthority(Date.parse('2045-06-01T00:00:00Z'))
  expect(openssl('x509', '-in', fileOf('late.crt', late.cert), '-noout', '-enddate')).toContain('2055')
})

test('no certificate of a service is valid for more than 30 days', async () => {
  const asked = { service: 'order', nowMs, lifetimeMs: 30 * dayMs + 1 }
  await expect(issueCertificate(authority, asked)).rejects.toThrow('30 days at most')
})

test('a certificate is due at two thirds of its time', () => {
  expect(isRenewalDue(order.cert, nowMs + 19.9 * dayMs)).toBe(false)
  expect(isRenewalDue(order.cert, nowMs + 20.1 * dayMs)).toBe(true)
})

test.each([
  ['URI:spiffe://stoa/order', 'order'],
  ['DNS:order, URI:spiffe://stoa/gift-card', 'gift-card'],
  ['URI:spiffe://stoa/order, URI:spiffe://stoa/payment', undefined],
  ['URI:spiffe://other/order', undefined],
  ['URI:spiffe://stoa/order/x', undefined],
  ['DNS:"a, URI:spiffe://stoa/order, b"', undefined],
  ['DNS:order', undefined],
  [undefined, undefined],
])('of the names %s the service is %s', (names, service) => {
  expect(serviceOf(names)).toBe(service)
})

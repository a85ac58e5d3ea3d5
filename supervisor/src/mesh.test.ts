import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureCertificates, usesMesh } from './mesh.ts'

const dayMs = 86_400_000
let mesh: string

beforeEach(() => (mesh = join(mkdtempSync(join(tmpdir(), 'stoa-mesh-')), 'mesh')))
afterEach(() => rmSync(join(mesh, '..'), { recursive: true }))

const services = [
  { name: 'order', contract: {} as never },
  { name: 'pricing', contract: {} as never },
  { name: 'gateway' },
]
const ensure = (nowMs: number) => ensureCertificates({ data: { mesh }, services }, nowMs)
const read = (path: string) => readFileSync(join(mesh, path), 'utf8')
const modeOf = (path: string) => (statSync(join(mesh, path)).mode & 0o777).toString(8)

test('each service gets a certificate and a key that only its account can read; the gateway makes no calls and gets none', async () => {
  await ensure(Date.now())
  const authority = new X509Certificate(read('ca.crt'))
  const order = new X509Certificate(read('order/tls.crt'))
  expect(order.subjectAltName).toBe('URI:spiffe://stoa/order')
  expect(order.verify(authority.publicKey)).toBe(true)
  expect(order.checkPrivateKey(createPrivateKey(read('order/tls.key')))).toBe(true)
  expect(read('pricing/ca.crt')).toBe(read('ca.crt'))
  expect([modeOf('order/tls.key'), modeOf('ca.key'), modeOf('order'), modeOf('.')]).toEqual([
    '600',
    '600',
    '700',
    '700',
  ])
  expect(() => statSync(join(mesh, 'gateway'))).toThrow('ENOENT')
})

test('a certificate stays until two thirds of its time have passed; the authority stays', async () => {
  const nowMs = Date.now()
  await ensure(nowMs)
  const [authority, first] = [read('ca.crt'), read('order/tls.crt')]
  await ensure(nowMs + 4.6 * dayMs)
  expect(read('order/tls.crt')).toBe(first)
  await ensure(nowMs + 4.7 * dayMs)
  expect(read('order/tls.crt')).not.toBe(first)
  expect(read('ca.crt')).toBe(authority)
})

test('a clock that was ahead leaves nothing that is not valid yet, and the end of the authority is not waited for', async () => {
  const nowMs = Date.now()
  const areValid = (atMs: number) =>
    ['ca.crt', 'order/ca.crt', 'order/tls.crt'].map((path) => {
      const { validFrom, validTo } = new X509Certificate(read(path))
      return Date.parse(validFrom) <= atMs && atMs < Date.parse(validTo)
    })
  await ensure(nowMs + 365 * dayMs)
  await ensure(nowMs)
  expect(areValid(nowMs)).toEqual([true, true, true])
  const lastMs = nowMs + 3_649 * dayMs
  await ensure(lastMs)
  expect(areValid(lastMs + 7 * dayMs - 1_000)).toEqual([true, true, true])
})

test('files that an interrupted start left incomplete are replaced: a key of another certificate, and a file that is not PEM', async () => {
  await ensure(Date.now())
  writeFileSync(join(mesh, 'order/tls.key'), read('pricing/tls.key'))
  writeFileSync(join(mesh, 'pricing/tls.crt'), 'cut off')
  await ensure(Date.now())
  for (const service of ['order', 'pricing']) {
    const cert = new X509Certificate(read(`${service}/tls.crt`))
    expect(cert.checkPrivateKey(createPrivateKey(read(`${service}/tls.key`)))).toBe(true)
  }
})

test('with a new authority all certificates are new', async () => {
  await ensure(Date.now())
  rmSync(join(mesh, 'ca.key'))
  await ensure(Date.now())
  const { publicKey } = new X509Certificate(read('order/ca.crt'))
  expect(new X509Certificate(read('order/tls.crt')).verify(publicKey)).toBe(true)
})

test.each([
  [{}, false],
  [{ MESH_MTLS: 'strict' }, true],
  [{ MESH_MTLS: 'permissive' }, true],
  [{ MESH_MTLS: 'off', STOA_ENV: 'production' }, false],
  [{ STOA_ENV: 'production' }, true],
  [{ ORDER_MESH_MTLS: 'permissive' }, true],
  [{ MESH_MTLS: '' }, false],
])('with %o certificates are needed: %s', (environment, needed) => {
  expect(usesMesh(environment)).toBe(needed)
})

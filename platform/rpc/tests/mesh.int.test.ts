import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { isAppError, systemClock } from '@stoa/kernel'
import { issueCertificate, makeAuthority, openMesh, type KeyedCertificate, type Mesh } from '@stoa/security'
import { createLogger } from '@stoa/telemetry'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectRpc, type Port } from '../src/index.ts'
import { Cellar, logged, openCellar, storePath } from './cellar.ts'

const hourMs = 3_600_000
const endings: (() => unknown)[] = []
let root: string
let authority: KeyedCertificate

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'stoa-mesh-'))
  authority = await makeAuthority(Date.now())
})
beforeEach(() => logged.splice(0))
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})
afterAll(() => rmSync(root, { recursive: true }))

const silent = createLogger({ level: 'silent' } as never)

interface Issued {
  readonly by?: KeyedCertificate
  /** Expired as long ago as this. */
  readonly expiredMs?: number
}

/** Writes a certificate of a service where its process finds it. */
async function issue(service: string, { by = authority, expiredMs = 0 }: Issued = {}): Promise<string> {
  const folder = mkdtempSync(join(root, `${service}-`))
  await renew(folder, service, { by, expiredMs })
  return folder
}

async function renew(folder: string, service: string, { by = authority, expiredMs = 0 }: Issued = {}): Promise<void> {
  const nowMs = Date.now() - (expiredMs === 0 ? 0 : expiredMs + hourMs)
  const { cert, key } = await issueCertificate(by, { service, nowMs, lifetimeMs: hourMs })
  writeFileSync(join(folder, 'tls.crt'), cert)
  writeFileSync(join(folder, 'tls.key'), key)
  writeFileSync(join(folder, 'ca.crt'), authority.cert)
}

async function meshOf(service: string, mode: Mesh['mode'] = 'strict', given: Issued = {}): Promise<Mesh> {
  const { expiredMs = 0 } = given
  const folder = await issue(service, given)
  // only a clock that is late lets a process use an expired certificate
  const clock =
    expiredMs === 0 ? systemClock : { now: () => systemClock.now().subtract({ milliseconds: expiredMs + 60_000 }) }
  const mesh = openMesh({ mode, service, folder, clock, logger: silent, intervalMs: 20 })
  endings.push(mesh.close)
  return mesh
}

async function open(options: Parameters<typeof openCellar>[0]): Promise<Port> {
  const port = await openCellar(options)
  endings.push(() => port.close(1_000))
  return port
}

const method = Cellar.methods[0]

/** Calls as the holder of a token; the outcome is `stored` or the code of the refusal. */
function caller(port: Port, token: string, mesh?: Mesh, callee = 'cellar') {
  const connection = connectRpc('127.0.0.1', port.port, callee, mesh)
  endings.push(() => connection.close())
  const headers = { authorization: `Bearer ${token}` }
  return () =>
    connection.unary(method, { value: Buffer.from('wine') }, { headers, timeoutMs: 5_000, signal: undefined }).then(
      () => 'stored',
      (error: unknown) => (isAppError(error) ? error.code : String(error)),
    )
}

test('a service with its certificate and its own token is admitted', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  expect(await caller(port, 'order', await meshOf('order'))()).toBe('stored')
})

test('without TLS a call is refused before its token is read, over HTTP/2 and HTTP/1.1, and logged', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  expect(await caller(port, 'order')()).toBe('auth.certificate_required')
  const answer = await fetch(`http://127.0.0.1:${port.port}${storePath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer order' },
    body: '""',
  })
  expect(answer.status).toBe(401)
  expect(logged.filter((line) => line.includes('call refused: no certificate'))).toHaveLength(2)
})

test('health answers without TLS: probes have no certificate', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const answer = await fetch(`http://127.0.0.1:${port.port}/grpc.health.v1.Health/Check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(await answer.json()).toEqual({ status: 'SERVING' })
})

test('TLS without a certificate is refused and logged', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const session = connectHttp2(`https://127.0.0.1:${port.port}`, { rejectUnauthorized: false })
  const outcome = await new Promise((resolve) => {
    session.on('error', () => {}).on('close', () => resolve('closed'))
    session
      .request({ ':method': 'POST', ':path': storePath })
      .on('response', resolve)
      .on('error', () => {})
  })
  expect(outcome).toBe('closed')
  expect(logged.join('')).toContain('no certificate was presented')
})

test('a certificate of another authority is refused and logged', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const stranger = await meshOf('order', 'strict', { by: await makeAuthority(Date.now()) })
  expect(await caller(port, 'order', stranger)()).toBe('service.unavailable')
  expect(logged.join('')).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE.*connection refused: no valid certificate/)
})

test('an expired certificate is refused and logged', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const late = await meshOf('order', 'strict', { expiredMs: 10_000 })
  expect(await caller(port, 'order', late)()).toBe('service.unavailable')
  expect(logged.join('')).toContain('CERT_HAS_EXPIRED')
})

test('a certificate that expires on an open connection admits no further call', async () => {
  const mesh = await meshOf('cellar')
  let laterMs = 0
  const clock = { now: () => systemClock.now().add({ milliseconds: laterMs }) }
  const port = await open({ mesh, clock })
  const call = caller(port, 'order', await meshOf('order'))
  expect(await call()).toBe('stored')
  laterMs = 2 * hourMs
  expect(await call()).toBe('auth.certificate_required')
})

test('another service is refused with its own token for an undeclared call, and with the token of one that declares it', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const search = await meshOf('search')
  expect(await caller(port, 'search!', search)()).toBe('auth.call_undeclared')
  expect(await caller(port, 'order', search)()).toBe('auth.certificate_mismatch')
  expect(logged.join('')).toMatch(/"caller":"search","subject":"service:order".*token is of another service/)
})

test('a caller does not send its token to a service that is not the callee', async () => {
  let reached = 0
  const port = await open({ mesh: await meshOf('search'), store: async () => void (reached += 1) })
  expect(await caller(port, 'order', await meshOf('order'), 'cellar')()).toBe('service.unavailable')
  expect(reached).toBe(0)
})

test('gRPC by the library is bound to the certificate too', async () => {
  const port = await open({ mesh: await meshOf('cellar') })
  const { cert, key, ca } = (await meshOf('search')).credentials()
  const session = connectHttp2(`https://127.0.0.1:${port.port}`, {
    cert,
    key,
    ca,
    checkServerIdentity: () => undefined,
  })
  endings.push(() => session.destroy())
  const ask = (token: string) =>
    new Promise<unknown>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': storePath,
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      })
      stream.on('response', (head) => resolve(head[':status'])).on('error', reject)
      stream.end('""')
    })
  expect(await ask('order')).toBe(403)
  expect(await ask('search')).toBe(200)
})

test('certificates of both sides are renewed under calls without an error, and the new ones are used', async () => {
  const folders = { cellar: await issue('cellar'), order: await issue('order') }
  const meshes = (['cellar', 'order'] as const).map((service) =>
    openMesh({ mode: 'strict', service, folder: folders[service], clock: systemClock, logger: silent, intervalMs: 5 }),
  )
  endings.push(...meshes.map((mesh) => mesh.close))
  const [cellar, order] = meshes as [Mesh, Mesh]
  const port = await open({ mesh: cellar, store: () => delay(1).then(() => ({})) })
  const call = caller(port, 'order', order)
  const outcomes = new Map<string, number>()
  let isOver = false
  const load = Promise.all(
    Array.from({ length: 16 }, async () => {
      while (!isOver) {
        const outcome = await call()
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }),
  )
  const serialOf = () =>
    new Promise<string | undefined>((resolve, reject) => {
      const { cert, key, ca } = order.credentials()
      const socket = connectTls(
        {
          port: port.port,
          host: '127.0.0.1',
          cert,
          key,
          ca,
          ALPNProtocols: ['h2'],
          checkServerIdentity: () => undefined,
        },
        () => {
          resolve(socket.getPeerX509Certificate()?.serialNumber)
          socket.destroy()
        },
      ).on('error', reject)
    })
  const serials = new Set([await serialOf()])
  for (let round = 0; round < 10; round++) {
    const before = meshes.map((mesh) => mesh.credentials())
    await Promise.all([renew(folders.cellar, 'cellar'), renew(folders.order, 'order')])
    await expect.poll(() => meshes.every((mesh, at) => mesh.credentials() !== before[at])).toBe(true)
    serials.add(await serialOf())
  }
  isOver = true
  await load
  expect([...outcomes.keys()]).toEqual(['stored'])
  expect(outcomes.get('stored')).toBeGreaterThan(100)
  expect(serials.size).toBe(11)
})

test('permissive takes calls with and without TLS, but no token of another service', async () => {
  const port = await open({ mesh: await meshOf('cellar', 'permissive') })
  expect(await caller(port, 'order')()).toBe('stored')
  expect(await caller(port, 'order', await meshOf('order'))()).toBe('stored')
  expect(await caller(port, 'order', await meshOf('search'))()).toBe('auth.certificate_mismatch')
})

test('a permissive caller uses TLS where the callee speaks it, and clear text where it does not', async () => {
  const order = await meshOf('order', 'permissive')
  expect(await caller(await open({ mesh: await meshOf('cellar') }), 'order', order)()).toBe('stored')
  expect(await caller(await open({}), 'order', order)()).toBe('stored')
})

test('connections that have not finished their handshake do not hold up the end', async () => {
  const port = await openCellar({ mesh: await meshOf('cellar') })
  const socket = connectTls({ port: port.port, host: '127.0.0.1' }).on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await port.close(600_000)
  await closed
})

import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { isAppError } from '@stoa/kernel'
import { SignJWT, type JSONWebKeySet } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { createTokenVerifier } from './token-verifier.ts'

const ISSUER = 'http://127.0.0.1:8080'
const START = Temporal.Instant.from('2026-11-21T10:00:00Z')

interface Pair {
  readonly kid: string
  readonly alg: 'RS256' | 'ES256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

let rsa: Pair
let ec: Pair
let foreign: Pair
beforeAll(() => {
  rsa = { kid: 'rsa-1', alg: 'RS256', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
  ec = { kid: 'ec-1', alg: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
  foreign = { kid: 'rsa-1', alg: 'RS256', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
})

const jwks = (...pairs: Pair[]): JSONWebKeySet => ({
  keys: pairs.map(
    ({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }) as never,
  ),
})

interface Changes {
  readonly key?: Pair
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
}

const seconds = (offset = 0) => START.epochMilliseconds / 1_000 + offset

function sign({ key = rsa, claims = {}, header = {} }: Changes = {}): Promise<string> {
  const payload = {
    iss: ISSUER,
    aud: 'stoa',
    sub: 'ada',
    client_id: 'stoa-shop',
    jti: 'j1',
    sid: 's1',
    iat: seconds(),
    exp: seconds(900),
    ...claims,
  }
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey)
}

function verifierWith(load: () => Promise<JSONWebKeySet>, more: object = {}) {
  let now = START
  let monotonicMs = 0
  const verifier = createTokenVerifier({
    issuer: ISSUER,
    audience: ['stoa', 'order'],
    loadKeys: load,
    clock: { now: () => now },
    nowMs: () => monotonicMs,
    maxCached: 100,
    ...more,
  })
  const set = (seconds: number) => (now = now.add({ seconds }))
  const pass = (seconds: number) => {
    set(seconds)
    monotonicMs += seconds * 1_000
  }
  return { ...verifier, pass, set }
}

const known = () => verifierWith(async () => jwks(rsa, ec))
const codeOf = async (outcome: unknown): Promise<string> => {
  try {
    await outcome
    return 'accepted'
  } catch (error) {
    return isAppError(error) ? error.code : String(error)
  }
}
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('accepts a token of the issuer and answers its claims', async () => {
  expect(await known().verify(await sign())).toMatchObject({ sub: 'ada', sid: 's1' })
  expect(await known().verify(await sign({ key: ec, claims: { aud: 'order' } }))).toMatchObject({ aud: 'order' })
})

test('answers a verified token at once and without the issuer', async () => {
  let loads = 0
  const verifier = verifierWith(async () => {
    loads += 1
    return jwks(rsa)
  })
  const token = await sign()
  await verifier.verify(token)
  const again = verifier.verify(token)
  expect(again).not.toBeInstanceOf(Promise)
  expect(again).toMatchObject({ sub: 'ada' })
  expect(loads).toBe(1)
})

test('refuses a verified token once it has expired, with 5 s of skew', async () => {
  const verifier = known()
  const token = await sign()
  await verifier.verify(token)
  verifier.pass(904)
  expect(await codeOf(verifier.verify(token))).toBe('accepted')
  verifier.pass(1)
  expect(await codeOf(verifier.verify(token))).toBe('auth.token_invalid')
})

test.each<[string, () => Promise<string>]>([
  ['expired', () => sign({ claims: { exp: seconds(-6) } })],
  ['not valid yet', () => sign({ claims: { nbf: seconds(6) } })],
  ['for another audience', () => sign({ claims: { aud: 'payment' } })],
  ['for no audience', () => sign({ claims: { aud: undefined } })],
  ['of another issuer', () => sign({ claims: { iss: 'http://evil.example' } })],
  ['without an end', () => sign({ claims: { exp: undefined } })],
  ['without a subject', () => sign({ claims: { sub: undefined } })],
  ['an ID token', () => sign({ header: { typ: 'JWT' } })],
  ['signed by a foreign key under a known id', () => sign({ key: foreign })],
  ['signed with an unknown key', () => sign({ header: { kid: 'rsa-2' } })],
  ['without a key id', () => sign({ header: { kid: undefined } })],
  [
    'with a key of its own',
    () => sign({ key: foreign, header: { kid: 'mine', jwk: foreign.publicKey.export({ format: 'jwk' }) } }),
  ],
  ['with a path as key id', () => sign({ key: foreign, header: { kid: '../../dev/null' } })],
  ['with the id of a key of another algorithm', () => sign({ key: ec, header: { kid: 'rsa-1' } })],
  [
    'with a critical header nobody knows',
    async () =>
      `${base64({ alg: 'RS256', kid: 'rsa-1', typ: 'at+jwt', crit: ['x'], x: 1 })}.${(await sign()).split('.').slice(1).join('.')}`,
  ],
])('refuses a token %s', async (_what, make) => {
  expect(await codeOf(known().verify(await make()))).toBe('auth.token_invalid')
})

test('refuses unsigned tokens and tokens signed with the public key as a secret', async () => {
  const [, payload = ''] = (await sign()).split('.')
  for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
    const header = base64({ alg, kid: 'rsa-1', typ: 'at+jwt' })
    for (const signature of ['', 'AAAA']) {
      expect(await codeOf(known().verify(`${header}.${payload}.${signature}`))).toBe('auth.token_invalid')
    }
  }
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  const body = `${base64({ alg: 'HS256', kid: 'rsa-1', typ: 'at+jwt' })}.${payload}`
  const signature = createHmac('sha256', pem).update(body).digest('base64url')
  expect(await codeOf(known().verify(`${body}.${signature}`))).toBe('auth.token_invalid')
})

test('refuses a changed payload, garbage and a huge token', async () => {
  const [header, , signature] = (await sign()).split('.')
  const payload = base64({ sub: 'admin', roles: ['admin'] })
  for (const token of [
    `${header}.${payload}.${signature}`,
    '',
    '.',
    'a.b',
    'a.b.c',
    'ä'.repeat(40),
    'x'.repeat(8_193),
  ]) {
    expect(await codeOf(known().verify(token))).toBe('auth.token_invalid')
  }
})

test('asks for the keys again on an unknown key id, at most every 10 s', async () => {
  let loads = 0
  const verifier = verifierWith(async () => {
    loads += 1
    return loads < 3 ? jwks(rsa) : jwks(rsa, ec)
  })
  await verifier.verify(await sign())
  const rotated = await sign({ key: ec })
  expect(await codeOf(verifier.verify(rotated))).toBe('auth.token_invalid')
  expect(loads).toBe(1)
  verifier.pass(10)
  expect(await codeOf(verifier.verify(rotated))).toBe('auth.token_invalid')
  verifier.pass(10)
  expect(await codeOf(verifier.verify(rotated))).toBe('accepted')
  expect(loads).toBe(3)
})

test('shares one request for the keys between verifications at once', async () => {
  let loads = 0
  const verifier = verifierWith(async () => {
    loads += 1
    return jwks(rsa)
  })
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => sign({ claims: { jti: `j${n}` } })))
  await Promise.all(tokens.map(async (token) => verifier.verify(token)))
  expect(loads).toBe(1)
})

test('keeps the last known keys while the issuer is unavailable', async () => {
  let isAway = false
  const verifier = verifierWith(async () => {
    if (isAway) throw new Error('connection refused')
    return jwks(rsa)
  })
  await verifier.verify(await sign())
  isAway = true
  verifier.forget()
  expect(await codeOf(verifier.verify(await sign()))).toBe('accepted')
  verifier.pass(11)
  expect(await codeOf(verifier.verify(await sign({ key: ec })))).toBe('service.unavailable')
})

test('is unavailable, not refusing, while the keys were never had', async () => {
  const verifier = verifierWith(() => Promise.reject(new Error('connection refused')))
  expect(await codeOf(verifier.verify(await sign()))).toBe('service.unavailable')
})

test('accepts again as soon as an issuer that was unavailable at the start is there', async () => {
  let isAway = true
  let asked = 0
  const verifier = verifierWith(async () => {
    asked += 1
    if (isAway) throw new Error('connection refused')
    return jwks(rsa)
  })
  const token = await sign()
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(await codeOf(verifier.verify(token))).toBe('service.unavailable')
  }
  expect(asked).toBe(1)
  isAway = false
  verifier.pass(1)
  expect(await codeOf(verifier.verify(token))).toBe('accepted')
})

test('asks for new keys also when the clock was set back', async () => {
  let keys = jwks(rsa)
  const verifier = verifierWith(async () => keys)
  await verifier.verify(await sign())
  keys = jwks(rsa, ec)
  verifier.pass(10)
  verifier.set(-3)
  expect(await codeOf(verifier.verify(await sign({ key: ec })))).toBe('accepted')
})

test('refuses the tokens of a withdrawn key after the keys were forgotten', async () => {
  let keys = jwks(rsa, ec)
  const verifier = verifierWith(async () => keys)
  const token = await sign()
  await verifier.verify(token)
  keys = jwks(ec)
  expect(await codeOf(verifier.verify(token))).toBe('accepted')
  verifier.forget()
  expect(await codeOf(verifier.verify(token))).toBe('auth.token_invalid')
})

test('refuses the tokens of an ended session, verified before or not', async () => {
  const verifier = known()
  const verified = await sign()
  await verifier.verify(verified)
  verifier.revokeSessions(['s1'])
  expect(await codeOf(verifier.verify(verified))).toBe('auth.token_invalid')
  expect(await codeOf(verifier.verify(await sign({ claims: { jti: 'j2' } })))).toBe('auth.token_invalid')
  expect(await codeOf(verifier.verify(await sign({ claims: { sid: 's2' } })))).toBe('accepted')
})

test('rejects older tokens when more sessions have ended than it remembers, and takes newer ones', async () => {
  const verifier = verifierWith(async () => jwks(rsa), { maxRevoked: 3 })
  const victim = await sign()
  expect(await codeOf(verifier.verify(victim))).toBe('accepted')
  verifier.revokeSessions(['s1'])
  verifier.pass(60)
  for (let index = 0; index < 10; index++) verifier.revokeSessions([`flood-${index}`])
  expect(await codeOf(verifier.verify(victim))).toBe('auth.token_invalid')
  verifier.pass(60)
  const renewed = await sign({ claims: { sid: 's2', iat: seconds(120) } })
  expect(await codeOf(verifier.verify(renewed))).toBe('accepted')
})

test('keeps a token of a session waiting until it is known which sessions have ended', async () => {
  const verifier = verifierWith(async () => jwks(rsa), { waitForEndedMs: 5_000 })
  const ended = codeOf(verifier.verify(await sign()))
  const live = codeOf(verifier.verify(await sign({ claims: { sid: 's2' } })))
  verifier.revokeSessions(['s1'])
  verifier.knowsEnded()
  expect(await Promise.all([ended, live])).toEqual(['auth.token_invalid', 'accepted'])
})

test('rejects a token of a session when it stays unknown which have ended, and takes one of a service', async () => {
  const verifier = verifierWith(async () => jwks(rsa), { waitForEndedMs: 20 })
  expect(await codeOf(verifier.verify(await sign()))).toBe('service.unavailable')
  expect(await codeOf(verifier.verify(await sign({ claims: { sid: undefined } })))).toBe('accepted')
})

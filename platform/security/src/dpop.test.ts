import { createHash, generateKeyPairSync } from 'node:crypto'
import { isAppError } from '@stoa/kernel'
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { Claims } from './claims.ts'
import { createProofVerifier, type PresentedProof } from './dpop.ts'

const START = Temporal.Instant.from('2026-11-30T10:00:00Z')
const URL_OF_ORDERS = 'https://shop.example/api/v1/orders'
const TOKEN = 'the.access.token'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
let jwk: JWK
let strangerJwk: JWK
let claims: Claims
beforeAll(async () => {
  jwk = await exportJWK(publicKey)
  strangerJwk = await exportJWK(stranger.publicKey)
  claims = { cnf: { jkt: await calculateJwkThumbprint(jwk) } } as Claims
})

const seconds = START.epochMilliseconds / 1_000
let count = 0

interface Changes {
  readonly payload?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: typeof privateKey
}

function prove({ payload = {}, header = {}, key = privateKey }: Changes = {}): Promise<string> {
  const ath = createHash('sha256').update(TOKEN).digest('base64url')
  return new SignJWT({ jti: `proof ${count++}`, htm: 'GET', htu: URL_OF_ORDERS, iat: seconds, ath, ...payload })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
    .sign(key)
}

function verifierAt(maxRemembered?: number) {
  let now = START
  const verifier = createProofVerifier({
    clock: { now: () => now },
    ...(maxRemembered === undefined ? {} : { maxRemembered }),
  })
  const codeOf = (proof: string | undefined, more: Partial<PresentedProof> = {}) =>
    verifier
      .verify({ proof, token: TOKEN, claims, method: 'GET', url: URL_OF_ORDERS, ...more })
      .then(() => 'accepted')
      .catch((error: unknown) => (isAppError(error) ? error.code : String(error)))
  return { codeOf, later: (by: number) => (now = now.add({ seconds: by })) }
}

test('accepts the proof of the key, whatever the query, and each proof once', async () => {
  const { codeOf } = verifierAt()
  const proof = await prove({ payload: { htu: `${URL_OF_ORDERS}?limit=1#top` } })
  expect(await codeOf(proof)).toBe('accepted')
  expect(await codeOf(proof)).toBe('auth.proof_invalid')
  expect(await codeOf(await prove())).toBe('accepted')
})

test.each<[string, () => Changes]>([
  ['another method', () => ({ payload: { htm: 'POST' } })],
  ['another URL', () => ({ payload: { htu: 'https://shop.example/api/v1/orders/1' } })],
  ['another host', () => ({ payload: { htu: 'https://elsewhere.example/api/v1/orders' } })],
  ['no URL', () => ({ payload: { htu: 7 } })],
  ['another token', () => ({ payload: { ath: 'x' } })],
  ['no token', () => ({ payload: { ath: undefined } })],
  ['no id', () => ({ payload: { jti: undefined } })],
  ['an id that is no text', () => ({ payload: { jti: 5 } })],
  ['a time long ago', () => ({ payload: { iat: seconds - 61 } })],
  ['a time to come', () => ({ payload: { iat: seconds + 61 } })],
  ['no time', () => ({ payload: { iat: undefined } })],
  ['an end that has passed', () => ({ payload: { exp: seconds - 60 } })],
  ['the key of a stranger', () => ({ header: { jwk: strangerJwk }, key: stranger.privateKey })],
  ['the key of the token and the signature of a stranger', () => ({ key: stranger.privateKey })],
  ['another type', () => ({ header: { typ: 'at+jwt' } })],
  ['no key', () => ({ header: { jwk: undefined } })],
  ['a key of another kind', () => ({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
  ['a broken key', () => ({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } } })],
])('refuses a proof with %s', async (_what, changes) => {
  const { codeOf } = verifierAt()
  expect(await codeOf(await prove(changes()))).toBe('auth.proof_invalid')
})

test('refuses a request without a proof, and text that is not a proof', async () => {
  const { codeOf } = verifierAt()
  for (const proof of [undefined, '', 'x', 'a.b.c', 'x'.repeat(5_000)])
    expect(await codeOf(proof)).toBe('auth.proof_invalid')
})

test('a token that is bound to no key is not accepted with a proof', async () => {
  const { codeOf } = verifierAt()
  expect(await codeOf(await prove(), { claims: {} as Claims })).toBe('auth.token_invalid')
})

test('a proof is known for as long as it is valid, and what is remembered is bounded', async () => {
  const { codeOf, later } = verifierAt()
  const early = await prove({ payload: { iat: seconds + 59 } })
  expect(await codeOf(early)).toBe('accepted')
  later(118)
  expect(await codeOf(await prove({ payload: { iat: seconds + 118 } }))).toBe('accepted')
  expect(await codeOf(early)).toBe('auth.proof_invalid')

  const full = verifierAt(4)
  const first = await prove()
  expect(await full.codeOf(first)).toBe('accepted')
  for (let more = 0; more < 4; more++) expect(await full.codeOf(await prove())).toBe('accepted')
  // forgotten: only as many as may be remembered are
  expect(await full.codeOf(first)).toBe('accepted')
})

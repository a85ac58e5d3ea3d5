import type { IncomingMessage } from 'node:http'
import { boundKeyOf, randomSecret, type Claims, type ProofVerifier } from '@stoa/security'
import type { AccessToken, Provider } from 'oidc-provider'

/** Verifies a token of ours of any audience; undefined when it is not valid, or its API key is gone. */
export type VerifyOwnToken = (token: string) => Promise<Claims | undefined>

const MAX_FORM_BYTES = 16 * 1024
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
const USERINFO = '/oauth2/userinfo'
const TAKES_A_TOKEN = new Set(['/oauth2/introspect', '/oauth2/revoke'])

/** What access tokens and the proofs of their keys are verified with. */
export interface StructuredTokens {
  readonly verify: VerifyOwnToken
  readonly proofs: ProofVerifier
  readonly issuer: string
}

/**
 * Lets userinfo, introspection and revocation take our access tokens. They are JWTs and not stored, which oidc-provider
 * refuses there; so one that verifies is handed to it under a handle of this request's own, by which it finds the token.
 */
export function acceptStructuredTokens(provider: Provider, { verify, proofs, issuer }: StructuredTokens) {
  const handles = new Map<string, { readonly claims: Claims; readonly isForUserinfo: boolean }>()
  findByHandle(provider, handles)

  const handleFor = (claims: Claims | undefined, isForUserinfo: boolean) => {
    // without its claims the handle leads nowhere, and the answer is that of an unknown token
    const handle = randomSecret()
    if (claims !== undefined) handles.set(handle, { claims, isForUserinfo })
    return handle
  }
  /** The claims of a token that its sender may use; a token that is bound to a key needs a proof (RFC 9449). */
  const presented = async (authorization: string, { method = '', headers }: IncomingMessage) => {
    const [, scheme = '', token = ''] = /^(bearer|dpop) +(\S+)$/i.exec(authorization) ?? []
    const claims = await verify(token)
    if (claims === undefined) return undefined
    if (scheme.toLowerCase() === 'bearer') return boundKeyOf(claims) === undefined ? claims : undefined
    const proof = String(headers['dpop'])
    await proofs.verify({ proof, token, claims, method, url: `${issuer}${USERINFO}` })
    return claims
  }

  /** Puts a handle in the place of the request's token; answers what forgets it again. */
  return async (request: IncomingMessage, path: string): Promise<() => void> => {
    const { authorization } = request.headers
    let handle: string | undefined
    if (path === USERINFO && authorization !== undefined && /^(?:bearer|dpop) /i.test(authorization)) {
      handle = handleFor(await presented(authorization, request), true)
      request.headers.authorization = `Bearer ${handle}`
      delete request.headers['dpop']
    } else if (request.method === 'POST' && TAKES_A_TOKEN.has(path)) {
      const form = new URLSearchParams((await takeBody(request)).toString())
      const token = form.get('token')
      if (token !== null && JWT.test(token)) form.set('token', (handle = handleFor(await verify(token), false)))
      giveBody(request, Buffer.from(form.toString()))
    }
    return () => void (handle !== undefined && handles.delete(handle))
  }
}

function findByHandle(
  provider: Provider,
  handles: ReadonlyMap<string, { readonly claims: Claims; readonly isForUserinfo: boolean }>,
): void {
  const { AccessToken: AccessTokens, ClientCredentials: ServiceTokens } = provider
  const findAccessToken = AccessTokens.find.bind(AccessTokens) as (...rest: unknown[]) => Promise<unknown>
  const findServiceToken = ServiceTokens.find.bind(ServiceTokens) as (...rest: unknown[]) => Promise<unknown>
  AccessTokens.find = (async (value: string, ...rest: unknown[]) => {
    const known = handles.get(value)
    if (known === undefined) return findAccessToken(value, ...rest)
    return isServices(known.claims) ? undefined : accessToken(AccessTokens, known.claims, known.isForUserinfo)
  }) as typeof AccessTokens.find
  ServiceTokens.find = (async (value: string, ...rest: unknown[]) => {
    const known = handles.get(value)
    if (known === undefined) return findServiceToken(value, ...rest)
    return isServices(known.claims) ? new ServiceTokens(payloadOf(known.claims) as never) : undefined
  }) as typeof ServiceTokens.find
}

function isServices(claims: Claims): boolean {
  return claims.sub === claims.client_id
}

function accessToken(AccessTokens: Provider['AccessToken'], claims: Claims, isForUserinfo: boolean): AccessToken {
  const { email, roles, tier, sid, amr } = claims
  return new AccessTokens({
    ...payloadOf(claims),
    // userinfo takes no token that has an audience; ours says by its scope what may be asked
    ...(isForUserinfo ? { aud: undefined } : {}),
    // for introspection; the proof that comes to userinfo was verified with the token that it names
    ...(isForUserinfo ? {} : { jkt: claims.cnf?.jkt }),
    accountId: claims.sub,
    ...(sid === undefined || sid.startsWith('api-key:') ? {} : { grantId: sid }),
    extra: { email, roles, tier, ...(amr === undefined ? {} : { amr }) },
  } as unknown as ConstructorParameters<typeof AccessTokens>[0])
}

function payloadOf(claims: Claims): Record<string, unknown> {
  const { jti, iat, exp, aud, scope, client_id: clientId } = claims
  return { jti, iat, exp, aud, scope, clientId }
}

/** Takes the whole body from the stream without letting it end, so that it can be given back. */
async function takeBody(request: IncomingMessage): Promise<Buffer> {
  const sizeBytes = Number(request.headers['content-length'] ?? 0)
  if (!(sizeBytes <= MAX_FORM_BYTES)) return Buffer.alloc(0)
  const chunks: Buffer[] = []
  let taken = 0
  while (taken < sizeBytes) {
    const chunk = request.read() as Buffer | null
    if (chunk === null) {
      await readable(request)
      continue
    }
    chunks.push(chunk)
    taken += chunk.length
  }
  return Buffer.concat(chunks)
}

function giveBody(request: IncomingMessage, body: Buffer): void {
  request.headers['content-length'] = String(body.length)
  if (body.length > 0) request.unshift(body)
}

function readable(request: IncomingMessage): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request
    .once('readable', resolve)
    .once('error', reject)
    .once('close', () => reject(new Error('the client was deleted')))
  return promise
}

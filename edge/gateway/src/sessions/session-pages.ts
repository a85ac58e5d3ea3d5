import { createHash } from 'node:crypto'
import { appSessionPaths, type App, type AppSession, type AppSignedOut } from '@stoa/contract'
import { platformError, type Clock } from '@stoa/kernel'
import { randomSecret, type Claims, type Principal, type TokenVerifier } from '@stoa/security'
import type { AppVisit } from '../apps/app-sites.ts'
import type { RequestHead } from '../exchange.ts'
import type { GatewayPage } from '../fixed-page.ts'
import { MethodNotAllowed } from '../pipeline.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { isOfApp, requireOwnPage } from './own-pages.ts'
import type { SessionStore } from './session-store.ts'

/** The sessions of an app, at the paths below its own. */
export type SessionPages = (name: string, app: App, head: RequestHead, rest: string) => AppVisit | undefined

interface PagesOptions {
  readonly store: SessionStore
  readonly tokens: AccessTokens
  readonly server: AuthorizationServer
  readonly verifier: TokenVerifier
  readonly principalOf: (claims: Claims) => Principal
  /** All permissions there are. */
  readonly permissions: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  /** The origin that browsers use. */
  readonly origin: string
  readonly issuer: string
  readonly environment: string
  readonly clientId: string
}

interface Visited {
  readonly name: string
  readonly app: App
  readonly head: RequestHead
  readonly route: string
}

/** Makes the session pages: the authorization code flow with PKCE (RFC 7636), `state` and `iss` (RFC 9207) checked. */
export function sessionPages(options: PagesOptions): SessionPages {
  const pages: Readonly<
    Record<string, { method: string; answer: (visited: Visited) => GatewayPage | Promise<GatewayPage> }>
  > = {
    [appSessionPaths.show]: { method: 'GET', answer: (visited) => show(options, visited) },
    [appSessionPaths.signIn]: { method: 'GET', answer: (visited) => signIn(options, visited) },
    [appSessionPaths.signedIn]: { method: 'GET', answer: (visited) => signedIn(options, visited) },
    [appSessionPaths.signOut]: { method: 'POST', answer: (visited) => signOut(options, visited) },
  }
  return (name, app, head, rest) => {
    const page = Object.hasOwn(pages, rest) ? pages[rest] : undefined
    if (page === undefined) return undefined
    if (head.method !== page.method) throw new MethodNotAllowed(head.method, [page.method])
    const route = app.path + rest
    return { route, answer: () => page.answer({ name, app, head, route }) }
  }
}

async function show(options: PagesOptions, { head, route }: Visited): Promise<GatewayPage> {
  const { store, tokens, verifier, principalOf, permissions, origin, environment } = options
  const session = isOfApp(head.headers) ? store.read(head.headers.cookie) : undefined
  if (session === undefined) throw notSignedIn()
  requireOwnPage(head.method, head.headers, origin)
  const token = await tokens.of(session.refreshToken)
  if (token === undefined) throw notSignedIn()
  const claims = await verifier.verify(token)
  const principal = principalOf(claims)
  const shown: AppSession = {
    accountId: principal.subject,
    email: claims.email ?? '',
    roles: [...principal.roles],
    permissions: permissions.filter((permission) => principal.can(permission)),
    environment,
    expiresAt: new Date(store.endOf(session)).toISOString(),
  }
  return json(route, shown)
}

function signIn(
  { store, clock, origin, issuer, clientId }: PagesOptions,
  { name, app, head, route }: Visited,
): GatewayPage {
  const [state, verifier] = [randomSecret(), randomSecret()]
  const to = pathWithin(app, new URLSearchParams(head.search).get('to'))
  const startedAtMs = clock.now().epochMilliseconds
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri(origin, app),
    scope: 'stoa',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const cookie = store.saveSignIn(head.headers.cookie, { app: name, state, verifier, to, startedAtMs })
  return redirect(route, `${issuer}/oauth2/authorize?${query.toString()}`, [cookie])
}

async function signedIn(options: PagesOptions, { name, app, head, route }: Visited): Promise<GatewayPage> {
  const { store, tokens, server, clock, origin, issuer } = options
  const query = new URLSearchParams(head.search)
  const { cookie } = head.headers
  const [code, from, state] = [query.get('code'), query.get('iss'), query.get('state')]
  const begun = store.readSignIn(cookie, name, state ?? '')
  // the page offers to try once more
  const failed = `${app.path}/?sign-in=failed`
  // any site can lead here: that ends no sign-in which was begun in another tab
  if (begun === undefined) return redirect(route, failed, [])
  const ended = store.endSignIn(cookie, begun)
  const isOurs = from === issuer && code !== null
  const found = isOurs ? await server.redeem(code, begun.verifier, redirectUri(origin, app)) : undefined
  if (found === undefined) return redirect(route, failed, [ended])
  tokens.note(found)
  const session = store.save({ refreshToken: found.refreshToken, startedAtMs: clock.now().epochMilliseconds })
  return redirect(route, begun.to, [ended, session])
}

async function signOut(options: PagesOptions, { app, head, route }: Visited): Promise<GatewayPage> {
  const { store, tokens, server, origin, issuer, clientId } = options
  const session = isOfApp(head.headers) ? store.read(head.headers.cookie) : undefined
  if (session === undefined) throw notSignedIn()
  requireOwnPage(head.method, head.headers, origin)
  await server.revoke(session.refreshToken)
  tokens.forget(session.refreshToken)
  // the account stays signed in at the authorization server, which asks whether to end that too
  const query = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: `${origin}${app.path}/` })
  const signedOut: AppSignedOut = { next: `${issuer}/oauth2/logout?${query.toString()}` }
  return json(route, signedOut, ['set-cookie', store.clear()])
}

function notSignedIn() {
  return platformError('auth.token_missing', 'No one is signed in to the app.')
}

function redirectUri(origin: string, { path }: App): string {
  return origin + path + appSessionPaths.signedIn
}

/** The longest path to return to: it is kept in a cookie, which browsers drop above 4,096 bytes. */
const maxPathLength = 500

/** A path of the app; its start page in place of any other, which could lead to another site or be too long to keep. */
function pathWithin({ path: ofApp }: App, to: string | null): string {
  const start = `${ofApp}/`
  if (to === null || !URL.canParse(to, 'http://app')) return start
  const { origin, pathname, search } = new URL(to, 'http://app')
  const isWithin = origin === 'http://app' && (pathname === ofApp || pathname.startsWith(start))
  const path = pathname + search
  return isWithin && path.length <= maxPathLength ? path : start
}

function json(route: string, body: object, more: readonly string[] = []): GatewayPage {
  const headers = ['content-type', 'application/json', 'cache-control', 'no-store', ...more]
  return { status: 200, headers, body: Buffer.from(JSON.stringify(body)), route, isCounted: true }
}

function redirect(route: string, location: string, cookies: readonly string[]): GatewayPage {
  const headers = ['location', location, 'cache-control', 'no-store', 'referrer-policy', 'no-referrer']
  return {
    status: 303,
    headers: [...headers, ...cookies.flatMap((cookie) => ['set-cookie', cookie])],
    body: Buffer.alloc(0),
    route,
    isCounted: true,
  }
}

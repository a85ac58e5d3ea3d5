import { randomUUID } from 'node:crypto'
import type { Clock } from '@stoa/kernel'
import { clearCookie, cookieIn, setCookie, withoutCookies, type CookieKind } from './cookies.ts'
import type { Sealer } from './sealed.ts'

/** A session of an app, as the browser keeps it in its cookie. */
export interface AppSessionRecord {
  readonly refreshToken: string
  readonly startedAtMs: number
}

/** A sign-in in progress. */
export interface SignInRecord {
  readonly app: string
  readonly state: string
  readonly verifier: string
  readonly to: string
  readonly startedAtMs: number
}

/** The cookies in which browsers keep sessions; the gateway stores none. */
export interface SessionStore {
  readonly read: (cookie: string | undefined) => AppSessionRecord | undefined
  readonly save: (session: AppSessionRecord) => string
  readonly clear: () => string
  readonly readSignIn: (cookie: string | undefined, app: string) => SignInRecord | undefined
  readonly saveSignIn: (record: SignInRecord) => string
  readonly clearSignIn: () => string
  /** The `Cookie` header without ours, which no service may see. */
  readonly strip: (cookie: string) => string | undefined
  readonly mayHold: (cookie: string) => boolean
  readonly endOf: (session: AppSessionRecord) => number
}

/** How long a session lasts at most: a working day. */
const sessionSeconds = 12 * 3_600
const signInSeconds = 600

interface StoreOptions {
  readonly sealer: Sealer
  readonly clock: Pick<Clock, 'now'>
  /** The origin that browsers use. */
  readonly origin: string
}

/** Makes the store for the gateway at this origin. */
export function sessionStore({ sealer, clock, origin }: StoreOptions): SessionStore {
  const { session, signIn } = cookiesAt(new URL(origin))
  const nowMs = () => clock.now().epochMilliseconds
  const isLive = (startedAtMs: number, seconds: number) => nowMs() < startedAtMs + seconds * 1_000
  return {
    read(cookie) {
      const value = cookieIn(cookie, session.name)
      const record =
        value === undefined ? undefined : (sealer.open(session.name, value) as AppSessionRecord | undefined)
      return record !== undefined && isLive(record.startedAtMs, sessionSeconds) ? record : undefined
    },
    save: (record) => setCookie(session, sealer.seal(session.name, record)),
    clear: () => clearCookie(session),
    readSignIn(cookie, app) {
      const value = cookieIn(cookie, signIn.name)
      const record = value === undefined ? undefined : (sealer.open(signIn.name, value) as SignInRecord | undefined)
      return record?.app === app && isLive(record.startedAtMs, signInSeconds) ? record : undefined
    },
    saveSignIn: (record) => setCookie(signIn, sealer.seal(signIn.name, { ...record, salt: randomUUID() })),
    clearSignIn: () => clearCookie(signIn),
    strip: (cookie) => withoutCookies(cookie, [session.name, signIn.name]),
    mayHold: (cookie) => cookie.includes(session.name) || cookie.includes(signIn.name),
    endOf: ({ startedAtMs }) => startedAtMs + sessionSeconds * 1_000,
  }
}

/** Over TLS the names have the prefix with which browsers take cookies of this very host alone (RFC 6265bis, 4.1.3.2). */
function cookiesAt({ protocol, port }: URL): { readonly session: CookieKind; readonly signIn: CookieKind } {
  const isSecure = protocol === 'https:'
  // cookies do not know ports: systems on one machine would take those of each other
  const name = (kind: string) => (isSecure ? `__Host-stoa-${kind}` : `stoa-${kind}${port === '' ? '' : `-${port}`}`)
  const shared = { path: '/', isSecure }
  return {
    session: { ...shared, name: name('session'), sameSite: 'Strict', maxAgeSeconds: sessionSeconds },
    // the page of an authorization server on another site leads back here
    signIn: { ...shared, name: name('sign-in'), sameSite: 'Lax', maxAgeSeconds: signInSeconds },
  }
}

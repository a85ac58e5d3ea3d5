import { randomUUID } from 'node:crypto'
import type { Clock } from '@stoa/kernel'
import { equalsInConstantTime } from '@stoa/security'
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
  /** The sign-in to an app that was begun with a state. */
  readonly readSignIn: (cookie: string | undefined, app: string, state: string) => SignInRecord | undefined
  /** Keeps a sign-in beside those that were begun before it, in other tabs. */
  readonly saveSignIn: (cookie: string | undefined, record: SignInRecord) => string
  /** Forgets one sign-in, and no other. */
  readonly endSignIn: (cookie: string | undefined, record: SignInRecord) => string
  /** The `Cookie` header without ours, which no service may see. */
  readonly strip: (cookie: string) => string | undefined
  readonly mayHold: (cookie: string) => boolean
  readonly endOf: (session: AppSessionRecord) => number
}

/** How long a session lasts at most: a working day. */
const sessionSeconds = 12 * 3_600
const signInSeconds = 600
/** The most sign-ins in progress: browsers keep cookies of up to 4,096 bytes. */
const maxSignIns = 3

interface SignIns {
  readonly begun: readonly SignInRecord[]
  readonly salt: string
}

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
  const signInsIn = (cookie: string | undefined): readonly SignInRecord[] => {
    const value = cookieIn(cookie, signIn.name)
    const opened = value === undefined ? undefined : (sealer.open(signIn.name, value) as Partial<SignIns> | undefined)
    return (opened?.begun ?? []).filter(({ startedAtMs }) => isLive(startedAtMs, signInSeconds))
  }
  const keepSignIns = (begun: readonly SignInRecord[]) =>
    begun.length === 0
      ? clearCookie(signIn)
      : setCookie(signIn, sealer.seal(signIn.name, { begun, salt: randomUUID() } satisfies SignIns))
  return {
    read(cookie) {
      const value = cookieIn(cookie, session.name)
      const record =
        value === undefined ? undefined : (sealer.open(session.name, value) as AppSessionRecord | undefined)
      return record !== undefined && isLive(record.startedAtMs, sessionSeconds) ? record : undefined
    },
    save: (record) => setCookie(session, sealer.seal(session.name, record)),
    clear: () => clearCookie(session),
    readSignIn: (cookie, app, state) =>
      signInsIn(cookie).find((record) => record.app === app && equalsInConstantTime(state, record.state)),
    saveSignIn: (cookie, record) => keepSignIns([record, ...signInsIn(cookie)].slice(0, maxSignIns)),
    endSignIn: (cookie, { state }) => keepSignIns(signInsIn(cookie).filter((other) => other.state !== state)),
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

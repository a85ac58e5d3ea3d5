import { Type, type Static } from 'typebox'

/** A web page with its own address that the gateway serves, built from `apps/{name}`. */
export interface App {
  readonly kind: 'app'
  /** The path below which its pages and files are, without a slash at its end. */
  readonly path: `/${string}`
  /** Its name for people. */
  readonly title: string
}

/**
 * Declares a built web page. The gateway serves its files below the path and its start page for every other address there, and
 * holds the sessions of those who sign in to it: the browser gets a cookie that scripts cannot read, and no token.
 */
export function app<const Path extends `/${string}`>(path: Path, { title }: { readonly title: string }): App {
  if (!/^(\/[a-z][a-z0-9-]*)+$/.test(path)) throw new TypeError(`"${path}" cannot be the path of an app`)
  return { kind: 'app', path, title }
}

/** The header with which an app sends its requests: its name. Without it the cookie of its session counts for nothing. */
export const appHeader = 'stoa-app'

/** The paths below that of an app at which the gateway serves its sessions. */
export const appSessionPaths = {
  /** GET: who is signed in (`AppSession`); 401 without a session. */
  show: '/session',
  /** GET, as a page: signs in, and returns to the path `to`. */
  signIn: '/session/sign-in',
  /** GET, as a page: where the authorization server returns to. */
  signedIn: '/session/signed-in',
  /** POST: ends the session (`AppSignedOut`). */
  signOut: '/session/sign-out',
} as const

/** Who is signed in to an app, and what the account may do. */
export const AppSession = Type.Object({
  accountId: Type.String(),
  email: Type.String(),
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
  environment: Type.String({ description: 'the value of STOA_ENV' }),
  expiresAt: Type.String({ format: 'date-time', description: 'when the session ends, whatever is done in it' }),
})
export type AppSession = Readonly<Static<typeof AppSession>>

/** What follows after the session of an app has ended. */
export const AppSignedOut = Type.Object({
  next: Type.String({ description: 'the page on which the account can sign out of everything else in this browser' }),
})
export type AppSignedOut = Readonly<Static<typeof AppSignedOut>>

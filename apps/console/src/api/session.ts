import { appHeader, appSessionPaths, type AppSession, type AppSignedOut } from '@stoa/contract'
import { problemOf } from './problem.ts'

/** Where the console is. */
export const basePath = '/console'

/** What makes a request one of the console: the gateway exchanges the cookie of the session for a token. */
export const appHeaders = { [appHeader]: 'console' }

/** Who is signed in; undefined for no one. */
export async function fetchSession(signal: AbortSignal): Promise<AppSession | null> {
  const response = await fetch(basePath + appSessionPaths.show, { headers: appHeaders, signal })
  if (response.status === 401) return null
  if (!response.ok) throw await problemOf('session', response)
  return (await response.json()) as AppSession
}

/** The address that signs in and returns to this page of the console, at the origin for which sign-ins are made. */
export function signInUrl(to: string): string {
  const origin = document.querySelector<HTMLMetaElement>('meta[name=stoa-origin]')?.content ?? ''
  return `${origin}${basePath}${appSessionPaths.signIn}?${new URLSearchParams({ to }).toString()}`
}

/** Ends the session, and continues at the page that ends the sign-in of the account. */
export async function signOut(): Promise<void> {
  const response = await fetch(basePath + appSessionPaths.signOut, { method: 'POST', headers: appHeaders })
  if (!response.ok && response.status !== 401) throw await problemOf('sign-out', response)
  const next = response.ok ? ((await response.json()) as AppSignedOut).next : `${basePath}/`
  location.assign(next)
}

import type { AppSession } from '@stoa/contract'
import { useQuery } from '@tanstack/react-query'
import { createContext, use } from 'react'
import { fetchSession } from '../api/session.ts'

/** Who is signed in; asked for again so that a page that stays open notices the end of its session. */
export function useSessionQuery() {
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => fetchSession(signal),
    staleTime: 60_000,
    refetchInterval: 60_000,
  })
}

const SessionContext = createContext<AppSession | undefined>(undefined)

/** Gives the pages the session. */
export const SessionProvider = SessionContext

/** The session, or undefined outside the pages. */
export function useMaybeSession(): AppSession | undefined {
  return use(SessionContext)
}

/** The session of a page, which is shown only with one. */
export function useSession(): AppSession {
  const session = useMaybeSession()
  if (session === undefined) throw new Error('the page is shown without a session')
  return session
}

/** Whether the account has a permission. */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useSession()
  return (permission) => permissions.includes(permission)
}

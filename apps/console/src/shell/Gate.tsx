import { Button } from '@mantine/core'
import { useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { shownError } from '../api/problem.ts'
import { basePath, signInUrl, signOut } from '../api/session.ts'
import { Loading } from '../parts/Result.tsx'
import { consolePages, pagesFor } from '../state/pages.ts'
import { SessionProvider, useSession, useSessionQuery } from '../state/session.tsx'
import { Shell } from './Shell.tsx'

/** Shows the console to those who are signed in and may read something of it. */
export function Gate() {
  const session = useSessionQuery()
  if (session.data === null) return <SignIn />
  if (session.data === undefined) {
    if (session.error === null) return <Loading />
    return (
      <Card
        title={shownError(session.error).title}
        text={shownError(session.error).detail}
        action={<Retry onRetry={() => void session.refetch()} />}
      />
    )
  }
  return (
    <SessionProvider value={session.data}>
      {pagesFor(session.data.permissions).size === 0 ? <Denied /> : <Shell />}
    </SessionProvider>
  )
}

function SignIn() {
  const to = useRouterState({ select: ({ location }) => basePath + location.href.replace(/[?&]sign-in=failed/, '') })
  const isFailed = useRouterState({ select: ({ location }) => location.searchStr.includes('sign-in=failed') })
  return (
    <Card
      title="Stoa console"
      text={isFailed ? 'You were not signed in. Try again.' : 'Sign in to see and operate this system.'}
      action={
        <Button component="a" href={signInUrl(to)} fullWidth>
          Sign in
        </Button>
      }
    />
  )
}

function Denied() {
  const { email, roles } = useSession()
  const needed = [...new Set(consolePages.map(({ permission }) => permission))]
  return (
    <Card
      title="You cannot use the console"
      text={`It shows something only to accounts with the permission ${needed.join(' or ')}. ${email} has the roles: ${roles.join(', ')}. An administrator can grant a role that has one of them.`}
      action={
        <Button variant="default" onClick={() => void signOut()}>
          Sign out
        </Button>
      }
    />
  )
}

function Retry({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <Button variant="default" onClick={onRetry}>
      Retry
    </Button>
  )
}

interface CardProps {
  readonly title: string
  readonly text: string | undefined
  readonly action: React.ReactNode
}

function Card({ title, text, action }: CardProps) {
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <main className="centre">
      <div className="card sign-in stack">
        <h1>{title}</h1>
        <p className="quiet">{text}</p>
        {action}
      </div>
    </main>
  )
}

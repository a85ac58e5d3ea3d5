import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { shownError } from '../api/problem.ts'
import { shortId } from '../state/format.ts'
import { useMaybeSession } from '../state/session.tsx'

interface ResultProps<Data> {
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch' | 'isFetching' | 'dataUpdatedAt'>
  readonly children: (data: Data) => ReactNode
}

/** What a query has brought; while it loads a placeholder, and if it fails the cause. Earlier data stays when a reload fails. */
export function Result<Data>({ query, children }: ResultProps<Data>) {
  const { data, error } = query
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} onRetry={() => void query.refetch()} />
  return (
    <>
      {error !== null && (
        <p role="status" className="quiet">
          ▲ Not updated since {new Date(query.dataUpdatedAt).toLocaleTimeString()}: {shownError(error).title}. Retrying.
        </p>
      )}
      {children(data)}
    </>
  )
}

/** A placeholder, shown only if the data takes a moment. */
export function Loading() {
  const [isSlow, setIsSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), 200)
    return () => clearTimeout(timer)
  }, [])
  if (!isSlow) return null
  return (
    <div className="table-frame" role="status" aria-label="Loading">
      {[0, 1, 2, 3, 4].map((line) => (
        <div key={line} className="skeleton" />
      ))}
    </div>
  )
}

/** An error with its cause, its trace, and a way to try again. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const roles = useMaybeSession()?.roles ?? []
  const { title, detail, traceId, isDenied, isMissing } = shownError(error)
  return (
    <div className="card message" role="alert">
      <h2>{title}</h2>
      <p>{detail}</p>
      {isDenied && <p>Your roles: {roles.join(', ')}. An administrator can grant a role that has the permission.</p>}
      {traceId !== undefined && traceId !== '' && (
        <p>
          Trace{' '}
          <Link className="mono" to="/traces/$id" params={{ id: traceId }}>
            {shortId(traceId)}
          </Link>
        </p>
      )}
      {onRetry !== undefined && !isDenied && !isMissing && (
        <Button variant="default" onClick={onRetry}>
          Retry
        </Button>
      )}
    </div>
  )
}

/** Says why a list is empty. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="card message">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

interface MissingProps {
  readonly missing: readonly { readonly service: string; readonly reason: string }[]
}

/** Names the services whose part of a list is not known. */
export function Missing({ missing }: MissingProps) {
  if (missing.length === 0) return null
  const named = missing.map(({ service, reason }) => `${service} (${reason})`).join(', ')
  return <p role="status">▲ Not included, because they do not respond: {named}</p>
}

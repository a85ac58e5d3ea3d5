import { RestConnectionError, RestProblem } from '@stoa/rest'

/** The problem of a response with an error. */
export async function problemOf(request: string, response: Response): Promise<RestProblem> {
  const body = (await response.json().catch(() => ({}))) as ConstructorParameters<typeof RestProblem>[2]
  return new RestProblem(request, response, body)
}

/** What to show of an error. */
export interface ShownError {
  readonly title: string
  readonly detail: string | undefined
  readonly traceId: string | undefined
  readonly isDenied: boolean
  readonly isMissing: boolean
}

/** An error in words: what failed, and where to look further. */
export function shownError(error: unknown): ShownError {
  if (error instanceof RestProblem) {
    const { title, detail, traceId, status } = error
    return { title, detail, traceId, isDenied: status === 403, isMissing: status === 404 }
  }
  const other = { traceId: undefined, isDenied: false, isMissing: false }
  if (error instanceof RestConnectionError || error instanceof TypeError)
    return {
      ...other,
      title: 'The gateway does not respond',
      detail: 'Nothing was changed by reading. Check whether the system runs.',
    }
  return { ...other, title: 'The console failed', detail: error instanceof Error ? error.message : String(error) }
}

/** Whether a request may succeed if it is sent again: a refusal would be the same. */
export function mayRetry(error: unknown): boolean {
  return !(error instanceof RestProblem) || error.status >= 500
}

/** Whether an error says that no one is signed in any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof RestProblem && error.status === 401
}

import type { FieldError } from '@stoa/kernel/errors'

/** Problem details (RFC 9457) as far as a response has them. */
export interface ProblemBody {
  readonly title?: string
  readonly detail?: string
  readonly code?: string
  readonly traceId?: string
  readonly errors?: readonly FieldError[]
}

/** The server responded with an error: problem details (RFC 9457), or any other response of a proxy, which has no code. */
export class RestProblem extends Error {
  readonly status: number
  /** The stable code; its page is `/errors/{code}`. */
  readonly code: string | undefined
  readonly title: string
  readonly detail: string | undefined
  /** The invalid fields of the request. */
  readonly errors: readonly FieldError[]
  readonly traceId: string | undefined
  readonly headers: Headers

  constructor(request: string, { status, statusText, headers }: Response, problem: ProblemBody) {
    const title = problem.title ?? (statusText === '' ? 'The server responded with an error' : statusText)
    super(`${request}: ${status} ${problem.code ?? title}${problem.detail === undefined ? '' : `: ${problem.detail}`}`)
    this.name = 'RestProblem'
    this.status = status
    this.code = problem.code
    this.title = title
    this.detail = problem.detail
    this.errors = problem.errors ?? []
    this.traceId = problem.traceId
    this.headers = headers
  }
}

/** No complete response arrived, so a write may or may not have happened: repeat it with the same key to find out. */
export class RestConnectionError extends Error {
  constructor(request: string, cause: unknown) {
    super(`${request}: no response (${reasonOf(cause)})`, { cause })
    this.name = 'RestConnectionError'
  }
}

/** Node puts the error of the system (`ECONNREFUSED`) below that of `fetch`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error as { cause?: { code?: unknown; message?: unknown } }
  const reason = cause?.code ?? cause?.message
  return typeof reason === 'string' ? reason : error.message
}

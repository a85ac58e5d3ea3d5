import { catalogueError, errors, type AppError } from '@stoa/kernel'

/** How a request to Stripe fails; customers see `payment.provider_unavailable`. */
export const stripeErrors = errors({
  'stripe.unavailable': { kind: 'unavailable', title: 'Stripe did not accept the request' },
  'stripe.unanswered': { kind: 'timeout', title: 'It is unknown what Stripe did' },
})

/** The part of an error of the SDK that decisions look at. */
export interface StripeFailure {
  readonly type: string
  readonly code?: string | undefined
  /** The parameter that is wrong. */
  readonly param?: string | undefined
  readonly statusCode?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly requestId?: string | undefined
}

/** Returns an error of the SDK; undefined for any other error. */
export function asStripeFailure(error: unknown): StripeFailure | undefined {
  if (!(error instanceof Error) || !('type' in error) || typeof error.type !== 'string') return undefined
  return error.type.startsWith('Stripe') ? (error as Error & StripeFailure) : undefined
}

/** Whether Stripe has read the request and refused it for what it says: nothing has happened, and repeating it is of no use. */
export function isRefusal({ type }: StripeFailure): boolean {
  return type === 'StripeCardError' || type === 'StripeInvalidRequestError'
}

/**
 * Names what an error means for the caller. `unavailable`: Stripe has certainly done nothing, so the request may be repeated. `timeout`: it may have
 * done it, so Stripe is asked first. The message of the SDK stays out: it can repeat what was sent.
 */
export function toAppError(error: unknown): unknown {
  const failure = asStripeFailure(error)
  if (failure === undefined) return error
  const { type, code, statusCode, requestId } = failure
  const what = `${type}, status ${statusCode ?? 'none'}, code ${code ?? 'none'}, request ${requestId ?? 'none'}`
  if (isUndone(failure)) return named('stripe.unavailable', what, failure)
  if (isRefusal(failure)) return new Error(`Stripe refused a request: ${what}`)
  return named('stripe.unanswered', what, failure)
}

/** Refused before it was read: too many requests, the same key in progress, or a key of the account that is not valid. */
function isUndone({ type, code, statusCode }: StripeFailure): boolean {
  if (statusCode === 429 || code === 'lock_timeout' || code === 'idempotency_key_in_use') return true
  return type === 'StripeAuthenticationError' || type === 'StripePermissionError'
}

function named(code: keyof typeof stripeErrors, what: string, { headers }: StripeFailure): AppError {
  const seconds = Number(headers?.['retry-after'])
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: seconds } : {}
  return catalogueError(stripeErrors, code, `Stripe failed: ${what}`, retryAfter)
}

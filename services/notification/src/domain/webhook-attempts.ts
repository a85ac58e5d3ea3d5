import { webhookFailureHours, type WebhookPauseReason } from '@stoa/contracts/notification/webhook-resources'

const firstPauseMs = 1_000
const longestPauseMs = 300_000
const longestRetryAfterMs = 3_600_000
/** Failed attempts at one event before an endpoint is paused: it may be the system that was off for a day. */
const leastAttempts = 12

/** An attempt that was not accepted. */
export interface FailedAttempt {
  /** Undefined if there was no response. */
  readonly statusCode: number | undefined
  readonly retryAfter: string | undefined
  /** The failed attempts at this event, with this one. */
  readonly attempts: number
  /** The first failure since an event was accepted; undefined if it is this one. */
  readonly failingSince: Temporal.Instant | undefined
  readonly now: Temporal.Instant
  /** From 0 to 1. */
  readonly random: number
}

/** Either the endpoint is paused, or there is another attempt. */
export type AfterFailure = { readonly pause: WebhookPauseReason } | { readonly nextAttemptAt: Temporal.Instant }

/**
 * Decides after a failed attempt: the pauses double from a second to five minutes, a tenth of them random, or are as long as the receiver
 * asks, up to an hour. An endpoint that has failed for a day and at enough attempts, or says that it is gone, is paused.
 */
export function afterFailure(attempt: FailedAttempt): AfterFailure {
  const { statusCode, attempts, failingSince, now, random } = attempt
  if (statusCode === 410) return { pause: 'gone' }
  const pausedFrom = failingSince?.add({ hours: webhookFailureHours })
  const isOver = pausedFrom !== undefined && Temporal.Instant.compare(now, pausedFrom) >= 0
  if (isOver && attempts >= leastAttempts) return { pause: 'failing' }
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20)) * (0.9 + random / 10)
  const wantedMs = Math.min(longestRetryAfterMs, retryAfterMs(attempt))
  return { nextAttemptAt: now.add({ milliseconds: Math.round(Math.max(pauseMs, wantedMs)) }) }
}

/** Whether a response accepts a webhook (Standard Webhooks 1.0): every 2xx. */
export function isAccepted(statusCode: number): boolean {
  return statusCode >= 200 && statusCode <= 299
}

/** Seconds or a date (RFC 9110, section 10.2.3); 0 for anything else. */
function retryAfterMs({ retryAfter, now }: FailedAttempt): number {
  if (retryAfter === undefined) return 0
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1_000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.epochMilliseconds)
}

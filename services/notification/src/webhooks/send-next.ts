import { postWebhook } from '@stoa/security'
import { afterFailure, isAccepted } from '../domain/webhook-attempts.ts'
import type { DeliveryRow } from '../store/webhook-deliveries.ts'
import { signingSecrets, type EndpointRow } from '../store/webhook-endpoints.ts'
import {
  extendTurn,
  findFirstPending,
  noteAttempt,
  noteExpired,
  noteFailure,
  noteSuccess,
  pauseEndpoint,
  type Attempt,
  type Turn,
} from '../store/webhook-turns.ts'
import { openSecret } from './secrets.ts'
import type { EventSource, WebhookDeps } from './webhook-deps.ts'

/** Half of the lease of a turn, so that an attempt has ended and is noted before another replica begins one. */
const timeoutMs = 10_000

interface Outcome extends Attempt {
  readonly retryAfter: string | undefined
}

/** Sends the first event that waits for an endpoint. Returns whether the turn may continue: the event was accepted, or is gone. */
export async function sendNext(
  deps: WebhookDeps,
  log: EventSource,
  turn: Turn,
  signal: AbortSignal,
): Promise<'sent' | 'failed' | 'ended'> {
  const { database } = deps
  const delivery = await findFirstPending(database.read, turn.endpointId)
  if (delivery === undefined) return 'ended'
  const { events } = await log.read({ eventId: delivery.event_id, limit: 1 })
  const body = events[0]?.event
  if (body === undefined) {
    await database.transaction((tx) => noteExpired(tx, delivery))
    deps.count('expired')
    return 'sent'
  }
  const endpoint = await database.transaction((tx) => extendTurn(tx, turn))
  if (endpoint === undefined) return 'ended'
  const outcome = await attempt(deps, { endpoint, delivery, body }, signal)
  // not an outcome: this replica stops, and the next one sends the event again
  if (outcome === undefined) return 'ended'
  const { statusCode } = outcome
  if (statusCode !== undefined && isAccepted(statusCode)) {
    await database.transaction(async (tx) => {
      await noteAttempt(tx, delivery, outcome, 'delivered')
      await noteSuccess(tx, endpoint.id)
    })
    deps.count('delivered')
    return 'sent'
  }
  deps.count('failed')
  await fail(deps, turn, { endpoint, delivery, outcome })
  return 'failed'
}

interface Sending {
  readonly endpoint: EndpointRow
  readonly delivery: DeliveryRow
  readonly body: string
}

async function attempt(
  { clock, secretKeys, reach }: WebhookDeps,
  { endpoint, delivery, body }: Sending,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const at = clock.now()
  try {
    const { status, responseMs, retryAfter } = await postWebhook({
      url: endpoint.url,
      secrets: signingSecrets(endpoint, at).map((each) => openSecret(secretKeys, endpoint.id, each).secret),
      id: delivery.event_id,
      timestampSeconds: Math.floor(at.epochMilliseconds / 1_000),
      body,
      contentType: 'application/cloudevents+json; charset=utf-8',
      userAgent: 'Stoa webhooks',
      reach,
      timeoutMs,
      signal,
    })
    return { at, statusCode: status, responseMs: Math.round(responseMs), retryAfter, error: undefined }
  } catch (error) {
    if (signal.aborted) return undefined
    return { at, statusCode: undefined, responseMs: undefined, retryAfter: undefined, error: reasonOf(error) }
  }
}

/** The messages of several addresses that were tried are in the errors of the one that is thrown. */
function reasonOf(error: unknown): string {
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return (first instanceof Error ? first.message : String(first)).slice(0, 500)
}

async function fail(
  { database, clock, makeTx, onPaused, telemetry }: WebhookDeps,
  turn: Turn,
  { endpoint, delivery, outcome }: Omit<Sending, 'body'> & { readonly outcome: Outcome },
): Promise<void> {
  const now = clock.now()
  const { statusCode, retryAfter } = outcome
  const failingSince = endpoint.failing_since ?? undefined
  const attempts = delivery.attempts + 1
  const next = afterFailure({ statusCode, retryAfter, attempts, failingSince, now, random: Math.random() })
  await database.transaction(async (handle) => {
    await noteAttempt(handle, delivery, outcome, 'pending')
    if ('nextAttemptAt' in next) return noteFailure(handle, turn, { now, nextAttemptAt: next.nextAttemptAt })
    const paused = await pauseEndpoint(handle, turn, { now, reason: next.pause })
    if (paused === undefined) return
    await onPaused(makeTx(handle), paused)
    telemetry.logger.warn('a webhook endpoint was paused', { endpointId: paused.id, reason: next.pause })
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, platformError } from '@stoa/kernel'
import type { Telemetry } from '@stoa/telemetry'
import { resourceOf } from './claims.ts'
import { requestJson } from './request-json.ts'

/** The tokens a service shows to the services it calls. */
export interface ServiceTokens {
  /**
   * Returns a token for the callee: cached for two thirds of its lifetime, then renewed in the background. Throws AppError
   * `service.unavailable` if no valid token is cached and none can be obtained within `timeoutMs`.
   */
  readonly token: (audience: string) => Promise<string>
  /** Drops the token that a callee has rejected, or every token if none is given; the next call gets a new one. */
  readonly forget: (refused?: RefusedToken) => void
}

/** A token, and the callee that refused it. */
export interface RefusedToken {
  readonly audience: string
  readonly token: string
}

interface ServiceTokenSettings {
  /** The service's name, which is its client id. */
  readonly service: string
  readonly secret: string
  /** Returns the current URL of the token endpoint; called each time, so that discovery can provide it. */
  readonly tokenUrl: () => string | Promise<string>
  readonly clock: Clock
  /** Monotonic milliseconds; the machine's unless given. */
  readonly nowMs?: () => number
  readonly telemetry: Pick<Telemetry, 'logger'>
  /** Milliseconds that a caller waits for the first token; 5,000 by default. */
  readonly timeoutMs?: number
}

interface Kept {
  readonly token: string
  readonly lifeMs: number
  /** Returns the age by the clock that advanced more: the wall clock may be set, and the monotonic clock stops while the machine sleeps. */
  readonly ageMs: () => number
}

interface Slot {
  kept: Kept | undefined
  asking: Promise<Kept> | undefined
  nextAskAtMs: number
  failures: number
}

const SAFETY_MS = 5_000
const machineMs = () => performance.now()

/**
 * Gets tokens with client credentials (RFC 6749, section 4.4) and the callee as resource (RFC 8707). Concurrent callers share
 * one request; while auth is unavailable, the last token is used until it expires.
 */
export function createServiceTokens(settings: ServiceTokenSettings): ServiceTokens {
  const { telemetry, nowMs = machineMs } = settings
  const slots = new Map<string, Slot>()

  const ask = (audience: string, slot: Slot): Promise<Kept> => {
    slot.asking ??= requestToken(settings, audience)
      .then(
        (kept) => {
          slot.failures = 0
          slot.kept = kept
          return kept
        },
        (error: unknown) => {
          slot.failures += 1
          slot.nextAskAtMs = nowMs() + backoffMs(slot.failures)
          telemetry.logger.warn('service token not renewed', { audience, failures: slot.failures, error })
          throw error
        },
      )
      .finally(() => {
        slot.asking = undefined
      })
    return slot.asking
  }

  return {
    token: async (audience) => {
      const slot = slotOf(slots, audience)
      const ageMs = slot.kept?.ageMs() ?? 0
      if (slot.kept !== undefined && ageMs < slot.kept.lifeMs - SAFETY_MS) {
        // a failed renewal is logged where it happens; this caller has a token
        if (ageMs >= (slot.kept.lifeMs * 2) / 3 && nowMs() >= slot.nextAskAtMs)
          ask(audience, slot).catch(() => undefined)
        return slot.kept.token
      }
      return (await askUntil(() => ask(audience, slot), slot, settings.timeoutMs ?? 5_000)).token
    },
    // dropping the slot also drops a request in progress, whose response may be signed with the old key
    forget: (refused) => {
      if (refused === undefined) slots.clear()
      // many callers are refused with one token: who comes late must not drop its successor
      else if (slots.get(refused.audience)?.kept?.token === refused.token) slots.delete(refused.audience)
    },
  }
}

function slotOf(slots: Map<string, Slot>, audience: string): Slot {
  const known = slots.get(audience)
  if (known !== undefined) return known
  const slot: Slot = { kept: undefined, asking: undefined, nextAskAtMs: -Infinity, failures: 0 }
  slots.set(audience, slot)
  return slot
}

async function askUntil(ask: () => Promise<Kept>, slot: Slot, timeoutMs: number): Promise<Kept> {
  const endsAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return await ask()
    } catch (cause) {
      const pauseMs = backoffMs(slot.failures)
      if (performance.now() + pauseMs >= endsAt) {
        throw platformError('service.unavailable', 'No token could be obtained for the call.', { cause })
      }
      await sleep(pauseMs)
    }
  }
}

function backoffMs(failures: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
}

async function requestToken(
  { service, secret, tokenUrl, clock, nowMs = machineMs }: ServiceTokenSettings,
  audience: string,
): Promise<Kept> {
  const passed = [() => clock.now().epochMilliseconds, nowMs].map((now) => {
    const askedAt = now()
    return () => now() - askedAt
  })
  const answer = await requestJson(await tokenUrl(), {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(service)}:${encodeURIComponent(secret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: resourceOf(audience) }).toString(),
    timeoutMs: 2_000,
  })
  const { access_token: token, expires_in: seconds } = answer as { access_token?: unknown; expires_in?: unknown }
  if (typeof token !== 'string' || typeof seconds !== 'number') throw new Error('the token endpoint returned no token')
  return { token, lifeMs: seconds * 1_000, ageMs: () => Math.max(...passed.map((since) => since())) }
}

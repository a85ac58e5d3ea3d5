import { JsonText, type Settlement } from '@stoa/contract'
import { pause } from './pause.ts'
import { preferenceApplied, waitSecondsFor, type Preference } from './prefer.ts'
import { pathOf, readBack, type Answered } from './read-back.ts'
import type { OperationCall, OperationParts } from './request-context.ts'
import { catalogueRefusal, type OperationRoute } from './routes.ts'
import type { Effect } from './write.ts'

/** Time before the deadline at which a response is sent, so that it still arrives. */
const deadlineMarginMs = 50

/**
 * Creates the response of a committed write: its resource as of the commit, or for a repeated request the current resource, read as the same
 * caller. With `Prefer: wait` it is read again after changes and at intervals until it is settled according to the contract, the time has passed, the client has disconnected or the service drains; no connection is held in between. @throws AppError the error of the read, or the error that is the outcome
 */
export async function answerEffect(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  effect: Effect,
  preference: Preference,
): Promise<Answered> {
  const { resourceId, status } = effect
  const read = route.answersWith
  if (read === undefined || resourceId === undefined) return { status, ...effect.answer }
  if (route.operation.answers[status] === null) return { status, ...effect.fresh }
  const readNow = () => readBack(parts, route, read, call, resourceId)
  const { operation } = route
  const headers = effect.status === 201 ? { location: pathOf(read, call, resourceId) } : undefined
  if (operation.settled === undefined) {
    const answered = effect.fresh ?? (await readNow())
    return { ...answered, status, headers: { ...headers, ...answered.headers } }
  }
  const settled = (resource: unknown) =>
    operation.settled?.(resource instanceof JsonText ? resource.parse() : resource) ?? true
  const waitSeconds = waitSecondsFor(preference, operation.waitSeconds, parts.limits.maxWaitSeconds)
  const waiting = { readNow, settled, waitMs: waitSeconds * 1_000 }
  const { answered, settlement } =
    settledAtOnce(effect, waiting) ?? (await settle(parts, call, effect, resourceId, waiting))
  if (typeof settlement === 'object' && 'refused' in settlement)
    throw catalogueRefusal(route, settlement.refused, settlement.detail)
  const applied = preferenceApplied(preference, waitSeconds)
  return {
    ...answered,
    status: typeof settlement === 'object' ? settlement.status : status,
    headers: { ...headers, ...(applied === undefined ? {} : { 'preference-applied': applied }), ...answered.headers },
  }
}

interface Waiting {
  readonly readNow: () => Promise<Answered>
  readonly settled: (resource: unknown) => Settlement<string>
  readonly waitMs: number
}

interface Settled {
  readonly answered: Answered
  readonly settlement: Settlement<string>
}

/** The response of the handler, if there is nothing to wait for. */
function settledAtOnce({ fresh, status }: Effect, { settled, waitMs }: Waiting): Settled | undefined {
  if (fresh === undefined) return undefined
  const settlement = settled(fresh.body)
  return settlement === false && waitMs > 0 ? undefined : { answered: { ...fresh, status }, settlement }
}

async function settle(
  { changes, limits, draining }: OperationParts,
  { exchange, deadlineMs }: OperationCall,
  { fresh, status }: Effect,
  resourceId: string,
  { readNow, settled, waitMs }: Waiting,
): Promise<Settled> {
  let known: Answered | undefined = fresh && { ...fresh, status }
  const untilMs = Math.min(performance.now() + waitMs, performance.now() + deadlineMs - Date.now() - deadlineMarginMs)
  for (;;) {
    const canWait = waitMs > 0 && !exchange.signal.aborted && !draining.aborted && performance.now() < untilMs
    // Listens before it reads, so that no change falls in between.
    const watch = canWait ? changes.watch(resourceId) : undefined
    try {
      const answered = known ?? (await readNow())
      known = undefined
      const settlement = settled(answered.body)
      const remainingMs = untilMs - performance.now()
      if (watch === undefined || settlement !== false || remainingMs <= 0) return { answered, settlement }
      exchange.isWaiting = true
      await pause(watch.changed, Math.min(limits.pollMs, remainingMs), [exchange.signal, draining])
    } finally {
      watch?.stop()
    }
  }
}

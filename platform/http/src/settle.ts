import { isRefused, JsonText, refusedError, type Settlement } from '@stoa/contract'
import { callerOf } from './caller.ts'
import { pause } from './pause.ts'
import { preferenceApplied, waitSecondsFor, type Preference } from './prefer.ts'
import { requestContext, type OperationCall, type OperationParts } from './request-context.ts'
import { catalogueRefusal, parametersOf, requireReachOfBody, type OperationRoute } from './routes.ts'
import type { Effect } from './write.ts'

/** An answer before it is written. */
export interface Answered {
  readonly status: number
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly version?: number | string | undefined
}

/** An answer is given this long before the deadline, so that it still arrives. */
const deadlineMarginMs = 50

/**
 * Makes the answer of a write that holds: its resource as it now stands, read as the same caller. With `Prefer: wait` it
 * is read again, when a change is announced and now and then, until the contract says it is settled, the time is over,
 * the client has gone or the service drains; no connection is held in between.
 * @throws AppError the refusal that the read gives, or that the outcome is
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
  const readNow = async () => {
    const answered = await readResource(parts, route, read, call, resourceId)
    requireReachOfBody(route, answered.body, call.caller)
    return answered
  }
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
  const { answered, settlement } = settledAtOnce(effect, waiting) ?? (await settle(parts, call, resourceId, waiting))
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

/** The handler's own answer, when there is nothing to wait for. */
function settledAtOnce({ fresh, status }: Effect, { settled, waitMs }: Waiting): Settled | undefined {
  if (fresh === undefined) return undefined
  const settlement = settled(fresh.body)
  return settlement === false && waitMs > 0 ? undefined : { answered: { ...fresh, status }, settlement }
}

async function settle(
  { changes, limits, draining }: OperationParts,
  { exchange, deadlineMs }: OperationCall,
  resourceId: string,
  { readNow, settled, waitMs }: Waiting,
): Promise<Settled> {
  const untilMs = Math.min(performance.now() + waitMs, performance.now() + deadlineMs - Date.now() - deadlineMarginMs)
  for (;;) {
    const canWait = waitMs > 0 && !exchange.signal.aborted && !draining.aborted && performance.now() < untilMs
    // Listens before it reads, so that no change falls in between.
    const watch = canWait ? changes.watch(resourceId) : undefined
    try {
      const answered = await readNow()
      const settlement = settled(answered.body)
      const remainingMs = untilMs - performance.now()
      if (watch === undefined || settlement !== false || remainingMs <= 0) return { answered, settlement }
      await pause(watch.changed, Math.min(limits.pollMs, remainingMs), [exchange.signal, draining])
    } finally {
      watch?.stop()
    }
  }
}

async function readResource(
  parts: OperationParts,
  route: OperationRoute,
  read: OperationRoute,
  call: OperationCall,
  resourceId: string,
): Promise<Answered> {
  const params = paramsOf(read, call, resourceId)
  const input = read.readInput(params, '', undefined)
  const result = await read.handler(
    requestContext(parts, read, { ...call, input, caller: callerOfResource(route, read, call) }),
  )
  if (isRefused(result)) throw refusedError(result)
  return result as Answered
}

/** The same caller, whose reach is that of the write as well as that of the read. */
function callerOfResource(
  { operation: write }: OperationRoute,
  { operation: read }: OperationRoute,
  { exchange, caller }: OperationCall,
) {
  if (write.owner === 'none') return { ...caller, mayReach: () => true }
  return callerOf(exchange.principal ?? caller, caller.address, [read.permission, write.permission])
}

/** The read's parameters: those that the write's path has too, and the committed id as its last. */
function paramsOf(read: OperationRoute, { input }: OperationCall, resourceId: string): { [name: string]: string } {
  const names = parametersOf(read.operation.path)
  const last = names.at(-1)
  return Object.fromEntries(names.map((name) => [name, name === last ? resourceId : (input.params[name] ?? '')]))
}

function pathOf(read: OperationRoute, call: OperationCall, resourceId: string): string {
  const params = paramsOf(read, call, resourceId)
  return read.operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

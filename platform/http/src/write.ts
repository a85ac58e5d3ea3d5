import { setTimeout as delay } from 'node:timers/promises'
import {
  committed,
  isRefused,
  refusedError,
  refusedKeep,
  type Committed,
  type Refused,
  type Tx,
  type WriteHandle,
} from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import { sendWithCommit, tryAdvisoryXactLock } from '@stoa/postgres'
import {
  findRecord,
  insertBegun,
  saveEnded,
  type EndedEffect,
  type KeptAnswer,
  type KeyRecord,
  type KeyScope,
} from './idempotency/records.ts'
import { inProgress } from './idempotency/under-way.ts'
import { refusalOf } from './refusals.ts'
import { requestContext, type OperationCall, type OperationParts } from './request-context.ts'
import { requireReachOfBody, type OperationRoute } from './routes.ts'

/** A write that holds: of this request, or of an earlier one with its key. */
export interface Effect extends EndedEffect {
  /** The answer that the handler gave itself, where a read could give it as well. */
  readonly fresh?: KeptAnswer | undefined
}

/** What one run of a write's handler has come to. */
interface Run {
  effect: Effect | undefined
  /** Found inside a transaction: another request has done it. */
  ended: Effect | undefined
  hasCommitted: boolean
  wasRefusedUnderLock: boolean
}

interface Changed extends KeptAnswer {
  readonly status: number
  readonly id?: string
}

/** Carries a refusal out of a transaction, which rolls it back. */
class RolledBack extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super('rolled back by a refusal')
    this.refused = refused
  }
}

/** Carries the handler out of a `begin` whose effect another request has brought to its end. */
class AlreadyEnded extends Error {}

/**
 * Runs the handler of a write once for its key: a repeat gets the effect of the first without running it, and one that
 * comes while the first is under way waits for that. @throws AppError the handler's refusal, or those of the key
 */
export async function runWrite(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
): Promise<Effect> {
  if (scope === undefined) return runHandler(parts, route, call, undefined)
  const findEnded = () => endedIn(findRecord(parts.database.read, scope))
  const entered = await parts.underWay.enter(scope.lockName, findEnded, performance.now() + parts.limits.keyWaitMs)
  if (entered.kind === 'ended') return entered.ended
  try {
    return (await findEnded()) ?? (await runHandler(parts, route, call, scope))
  } finally {
    entered.leave()
  }
}

async function endedIn(record: Promise<KeyRecord | undefined>): Promise<Effect | undefined> {
  const found = await record
  return found?.kind === 'ended' ? found : undefined
}

async function runHandler(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
): Promise<Effect> {
  const run: Run = { effect: undefined, ended: undefined, hasCommitted: false, wasRefusedUnderLock: false }
  const findEnded = async () => scope && endedIn(findRecord(parts.database.read, scope))
  let result: unknown
  try {
    result = await route.handler(
      Object.assign(requestContext(parts, route, call), {
        key: call.key,
        expectedVersion: call.expectedVersion,
        commit: makeCommit(parts, route, call, scope, run),
        begin: makeBegin(parts, call, scope, run),
      }),
    )
  } catch (error) {
    // A refusal of a callee, or a commit whose answer was lost: another request, or this one, may have done it.
    const ended = run.ended ?? (isAppError(error) ? await findEnded().catch(() => undefined) : undefined)
    if (ended !== undefined) return ended
    throw error
  }
  if (run.ended !== undefined) return run.ended
  if (isRefused(result)) {
    if (run.effect !== undefined) throw new Error(`${route.name} refused after its commit`)
    const ended = run.wasRefusedUnderLock ? undefined : await findEnded()
    if (ended !== undefined) return ended
    await keepTrace(parts, result)
    throw refusedError(result)
  }
  if (run.effect === undefined) throw new Error(`${route.name} answered without commit`)
  return run.effect
}

/** Writes the trace that a refusal leaves, when it leaves one. */
export async function keepTrace({ database, makeTx }: OperationParts, refused: Refused): Promise<void> {
  const keep = refusedKeep(refused)
  if (keep !== undefined) await database.transaction((tx) => keep(makeTx(tx)))
}

type Change = (tx: Tx) => Promise<Changed | Refused>

function makeCommit(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
  run: Run,
): (change: Change) => Promise<Committed | Refused> {
  return async (change) => {
    if (run.hasCommitted) throw new Error(`${route.name} called commit twice`)
    run.hasCommitted = true
    try {
      run.effect = await inKeyTransaction(parts, call, scope, async (tx, record) => {
        if (record?.kind === 'ended') {
          run.ended = record
          return undefined
        }
        const changed = await change(parts.makeTx(tx))
        if (isRefused(changed)) throw new RolledBack(changed)
        const effect = effectOf(route, changed, call)
        const { status, resourceId, answer } = effect
        if (scope !== undefined) sendWithCommit(tx, () => saveEnded(tx, scope, { status, resourceId, answer }))
        return effect
      })
      return committed(undefined)
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error
      run.wasRefusedUnderLock = true
      return error.refused
    }
  }
}

function makeBegin(
  parts: OperationParts,
  call: OperationCall,
  scope: KeyScope | undefined,
  run: Run,
): (start: (tx: Tx) => Promise<unknown>) => Promise<unknown> {
  return async (start) => {
    try {
      return await inKeyTransaction(parts, call, scope, async (tx, record) => {
        if (record?.kind === 'ended') {
          run.ended = record
          throw new AlreadyEnded('another request with this key has done it')
        }
        if (record !== undefined) return record.begun
        const begun = await start(parts.makeTx(tx))
        if (isRefused(begun)) throw new RolledBack(begun)
        if (scope !== undefined) sendWithCommit(tx, () => insertBegun(tx, scope, begun))
        return begun
      })
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error
      run.wasRefusedUnderLock = true
      return error.refused
    }
  }
}

/** One transaction that holds the lock of the key; while another process holds it, waits without a connection. */
async function inKeyTransaction<T>(
  { database, limits }: OperationParts,
  { deadlineMs }: OperationCall,
  scope: KeyScope | undefined,
  run: (tx: WriteHandle, record: KeyRecord | undefined) => Promise<T>,
): Promise<T> {
  const untilMs = performance.now() + limits.keyWaitMs
  for (;;) {
    if (Date.now() >= deadlineMs) throw refusalOf('request.deadline_exceeded', 'The deadline passed before the change.')
    const outcome = await database.transaction(async (tx) => {
      if (scope === undefined) return { value: await run(tx, undefined) }
      // Both go out in one round trip; the second is run, with a snapshot of its own, once the first has its lock.
      const [isLocked, record] = await Promise.all([tryAdvisoryXactLock(tx, scope.lockName), findRecord(tx, scope)])
      return isLocked ? { value: await run(tx, record) } : undefined
    })
    if (outcome !== undefined) return outcome.value
    if (performance.now() >= untilMs) throw inProgress()
    await delay(20 + Math.random() * 20)
  }
}

function effectOf(route: OperationRoute, changed: Changed, { caller }: OperationCall): Effect {
  const { status, id, body, headers, version } = changed
  if (!Object.hasOwn(route.operation.answers, status))
    throw new Error(`${route.name} answered ${status}, which is not declared`)
  // Known before the commit, so another's resource is refused before it is changed.
  requireReachOfBody(route, body, caller)
  const bodyId: unknown = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined
  const resourceId = id ?? (typeof bodyId === 'string' ? bodyId : undefined)
  const answer: KeptAnswer = {
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
    ...(version === undefined ? {} : { version }),
  }
  if (route.answersWith !== undefined && resourceId !== undefined) {
    return { status, resourceId, fresh: body === undefined ? undefined : answer }
  }
  return { status, resourceId, answer }
}

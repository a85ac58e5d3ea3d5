import { setTimeout as delay } from 'node:timers/promises'
import { keepBlob } from '@stoa/blobs'
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
import { noteRequest } from '@stoa/audit'
import { beforeCommit, sendWithCommit } from '@stoa/postgres'
import {
  findRecord,
  lockRecord,
  insertBegun,
  saveEnded,
  type EndedEffect,
  type KeptAnswer,
  type KeyRecord,
  type KeyScope,
} from './idempotency/records.ts'
import { factsOf, recordBegun, recordCommitted } from './audit.ts'
import { readBack, type Answered } from './read-back.ts'
import { inProgress, noVersion, refusalOf } from './refusals.ts'
import { RolledBack } from './rolled-back.ts'
import { requestContext, type OperationCall, type OperationParts } from './request-context.ts'
import { requireReachOfBody, type OperationRoute } from './routes.ts'

/** A committed write, of this request or of an earlier request with the same key. */
export interface Effect extends EndedEffect {
  /** The resource as of the commit: the response of the handler, or of the read in the same transaction. */
  fresh?: Pick<Answered, 'body' | 'headers' | 'version'> | undefined
}

/** The result of one run of the handler of a write. */
interface Run {
  effect: Effect | undefined
  /** Found inside a transaction: another request has done it. */
  ended: Effect | undefined
  hasBegun: boolean
  hasCommitted: boolean
  /** Whether the handler has looked at the version that the client expects. */
  hasComparedVersion: boolean
  wasRefusedUnderLock: boolean
}

interface Changed extends KeptAnswer {
  readonly status: number
  readonly id?: string
}

/** Thrown to leave the handler after a `begin` whose effect another request has completed. */
class AlreadyEnded extends Error {}

/**
 * Runs the handler of a write once per key: a repeated request gets the effect of the first one, and waits if the first
 * one is still in progress. @throws AppError the error of the handler or of the key
 */
export async function runWrite(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
): Promise<Effect> {
  if (scope === undefined) return runHandler(parts, route, call, undefined)
  const findEnded = () => endedIn(findRecord(parts.database.read, scope))
  const entered = await parts.underWay.enter(scope.lockName, performance.now() + parts.limits.keyWaitMs, findEnded)
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
  const run: Run = {
    effect: undefined,
    ended: undefined,
    hasBegun: false,
    hasCommitted: false,
    hasComparedVersion: false,
    wasRefusedUnderLock: false,
  }
  const findEnded = async () => scope && endedIn(findRecord(parts.database.read, scope))
  let result: unknown
  try {
    const context = Object.assign(requestContext(parts, route, call), {
      key: call.key,
      ...(call.blob === undefined ? {} : { blob: call.blob }),
      commit: makeCommit(parts, route, call, scope, run),
      begin: makeBegin(parts, route, call, scope, run),
    })
    const expectedVersion = () => {
      run.hasComparedVersion = true
      return call.expectedVersion
    }
    result = await route.handler(Object.defineProperty(context, 'expectedVersion', { get: expectedVersion }))
  } catch (error) {
    // After an error of a callee, or a commit without a response: another request, or this one, may have made the change.
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
  if (run.effect === undefined) throw new Error(`${route.name} returned without commit`)
  return run.effect
}

/** Writes the trace that a refusal leaves, when it leaves one. */
export async function keepTrace({ database, makeTx }: OperationParts, refused: Refused): Promise<void> {
  const keep = refusedKeep(refused)
  if (keep !== undefined) await database.transaction((tx) => keep(makeTx(tx)))
}

type Change = (tx: Tx) => Promise<Changed | Refused>

/** A version that the client expects is not ignored. @throws AppError `request.invalid` if the handler has not looked at it */
function requireComparison({ expectedVersion }: OperationCall, { hasComparedVersion }: Run): void {
  if (expectedVersion !== undefined && !hasComparedVersion) throw noVersion()
}

function makeCommit(
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
  run: Run,
): (change: Change) => Promise<Committed | Refused> {
  return async (change) => {
    if (run.hasCommitted) throw new Error(`${route.name} called commit twice`)
    requireComparison(call, run)
    run.hasCommitted = true
    try {
      run.effect = await inKeyTransaction(parts, call, scope, run, async (tx, record) => {
        if (record?.kind === 'ended') {
          run.ended = record
          return undefined
        }
        const made = parts.makeTx(tx)
        noteRequest(tx, factsOf(parts, route, call))
        const changed = await change(made)
        if (isRefused(changed)) throw new RolledBack(changed)
        if (call.blob !== undefined) await keepBlob(tx, call.blob.id)
        const effect = effectOf(route, changed, call)
        beforeCommit(tx, async () => {
          await readInto(effect, tx, parts, route, call)
          recordCommitted(parts, route, call, made, effect)
        })
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
  route: OperationRoute,
  call: OperationCall,
  scope: KeyScope | undefined,
  run: Run,
): (start: (tx: Tx) => Promise<unknown>) => Promise<unknown> {
  return async (start) => {
    requireComparison(call, run)
    try {
      return await inKeyTransaction(parts, call, scope, run, async (tx, record) => {
        if (record?.kind === 'ended') {
          run.ended = record
          throw new AlreadyEnded('another request with this key was faster')
        }
        if (record !== undefined) {
          run.hasBegun = true
          return record.begun
        }
        const made = parts.makeTx(tx)
        noteRequest(tx, factsOf(parts, route, call))
        const begun = await start(made)
        if (isRefused(begun)) throw new RolledBack(begun)
        if (!run.hasBegun) recordBegun(route, call, made)
        run.hasBegun = true
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

/** Runs one transaction under the lock of the key; while another process holds the lock, waits without a connection. */
async function inKeyTransaction<T>(
  { database, limits, refuseErased = () => Promise.resolve() }: OperationParts,
  { deadlineMs, caller }: OperationCall,
  scope: KeyScope | undefined,
  { hasBegun }: Run,
  change: (tx: WriteHandle, record: KeyRecord | undefined) => Promise<T>,
): Promise<T> {
  const untilMs = performance.now() + limits.keyWaitMs
  for (;;) {
    if (Date.now() >= deadlineMs) throw refusalOf('request.deadline_exceeded', 'The deadline passed before the change.')
    const outcome = await database.transaction(async (tx) => {
      // An operation that has begun is completed: it may be the erasure itself.
      const admitted = hasBegun ? undefined : refuseErased(tx, caller.subject)
      if (scope === undefined) {
        await admitted
        return { value: await change(tx, undefined) }
      }
      // Both are sent in one round trip.
      const [locked] = await Promise.all([lockRecord(tx, scope), admitted])
      return locked && { value: await change(tx, locked.record) }
    })
    if (outcome !== undefined) return outcome.value
    if (performance.now() >= untilMs) throw inProgress()
    await delay(20 + Math.random() * 20)
  }
}

/**
 * Reads the response of a write before its commit, so that a write that cannot be read is rolled back. An effect at
 * a provider cannot be undone: it is committed first and read afterwards.
 */
async function readInto(
  effect: Effect,
  tx: WriteHandle,
  parts: OperationParts,
  route: OperationRoute,
  call: OperationCall,
): Promise<void> {
  const { operation, answersWith: read } = route
  const { resourceId, status, fresh } = effect
  if (read === undefined || resourceId === undefined || fresh !== undefined) return
  if (operation.external || operation.answers[status] === null) return
  effect.fresh = await readBack(parts, route, read, call, resourceId, tx)
}

function effectOf(route: OperationRoute, changed: Changed, { caller }: OperationCall): Effect {
  const { status, id, body, headers, version } = changed
  if (!Object.hasOwn(route.operation.answers, status))
    throw new Error(`${route.name} returned ${status}, which is not declared`)
  // Known before the commit, so the resource of another owner is rejected before it is changed.
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

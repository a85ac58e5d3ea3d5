import { isRefused, JsonText, mediaTypeOfFile, refusedError, type Operation } from '@stoa/contract'
import { addLogFields } from '@stoa/telemetry'
import { answerChecker, type AnswerChecker } from './answer-checks.ts'
import { callerOf } from './caller.ts'
import { recordRead, recordRefusal } from './audit.ts'
import { etagOf, etagOfText, expectedVersionOf, isNotModified } from './conditional.ts'
import { outgoingBlob } from './downloads.ts'
import type { Exchange } from './exchange.ts'
import { outgoingFile } from './file-answer.ts'
import { fingerprintOf, lockNameOf, parseIdempotencyKey } from './idempotency/key.ts'
import type { KeyScope } from './idempotency/records.ts'
import { refusalOfStoredInput } from './input-errors.ts'
import { jsonMediaType } from './options.ts'
import { parsePrefer, waitSecondsFor, type Preference } from './prefer.ts'
import type { Answered } from './read-back.ts'
import { noVersion, refusalOf } from './refusals.ts'
import { requestContext, type OperationCall, type OperationParts } from './request-context.ts'
import type { Outgoing } from './respond.ts'
import { hiddenResource, requireReachOfBody, requireReachOfPath, type OperationRoute } from './routes.ts'
import { answerEffect } from './settle.ts'
import type { ReceivedUpload } from './uploads.ts'
import { keepTrace, runWrite } from './write.ts'

/** A request to an operation after the permission check. */
export interface OperationRequest {
  readonly exchange: Exchange
  readonly params: { readonly [name: string]: string }
  readonly body: unknown
  /** Receives the body of an upload, after all else of the request has been checked. */
  readonly receive?: () => Promise<ReceivedUpload>
}

/** Serves one operation. */
export type ServeOperation = (
  request: OperationRequest,
  deadlineMs: number,
  preference: Preference,
) => Promise<Outgoing>

/** Makes the function that serves an operation: input, ownership, key, handler, response. */
export function operationServer(parts: OperationParts, route: OperationRoute, checkAnswers: boolean): ServeOperation {
  const { operation } = route
  const check = checkAnswers ? answerChecker(route.name, operation.answers) : undefined
  const idField = idLogFieldOf(route)
  return async ({ exchange, params, body, receive }, deadlineMs, preference) => {
    const { principal } = exchange
    if (principal === undefined) throw new Error('an operation without a caller')
    const caller = callerOf(principal, exchange.address, [operation.permission])
    requireReachOfPath(route, params, caller)
    const key = keyFor(operation, exchange)
    const expectedVersion = versionFor(route, exchange)
    const input = route.readInput(params, exchange.search, body)
    for (const [parameter, field] of route.logFields) addLogFields({ [field]: params[parameter] ?? '' })
    const received = await receive?.()
    const latestMs = received === undefined ? deadlineMs : Date.now() + operation.timeoutMs
    const call: OperationCall = {
      exchange,
      input,
      caller,
      key,
      expectedVersion,
      deadlineMs: latestMs,
      blob: received?.blob,
    }
    try {
      if (operation.effect === 'read') {
        const answered = await runRead(parts, route, call)
        await recordRead(parts, route, call, answered.body)
        if (operation.download !== undefined) return await downloadOf(parts, route, exchange, answered)
        return outgoingOf(route, exchange, answered, check)
      }
      const effect = await runWrite(parts, route, call, scopeOf(route, call))
      if (idField !== undefined && effect.resourceId !== undefined) addLogFields({ [idField]: effect.resourceId })
      return outgoingOf(route, exchange, await answerEffect(parts, route, call, effect, preference), check)
    } catch (error) {
      await recordRefusal(parts, route, call, error)
      throw refusalOfStoredInput(error, input, expectedVersion, () => hiddenResource(route)) ?? error
    } finally {
      await received?.discard()
    }
  }
}

async function downloadOf(
  parts: OperationParts,
  route: OperationRoute,
  exchange: Exchange,
  answered: Answered,
): Promise<Outgoing> {
  const { download, cacheControl } = route.operation
  if (parts.blobs === undefined || download === undefined) throw new Error(`${route.name} has no blobs`)
  return outgoingBlob({ blobs: parts.blobs, shelf: download.shelf, cacheControl }, exchange, answered)
}

/** Returns the deadline: that of the caller, or the timeout of the operation plus its wait. */
export function deadlineFor(
  operation: Operation,
  exchange: Exchange,
  preference: Preference,
  maxWaitSeconds: number,
): number {
  const waitMs =
    operation.settled === undefined ? 0 : waitSecondsFor(preference, operation.waitSeconds, maxWaitSeconds) * 1_000
  return Math.min(exchange.deadlineMs ?? Infinity, Date.now() + operation.timeoutMs + waitMs)
}

/** What the client prefers; only operations with an outcome to wait for listen to it. */
export function preferenceOf(exchange: Exchange): Preference {
  const { prefer } = exchange.request.headers
  return parsePrefer(typeof prefer === 'string' ? prefer : prefer?.join(','))
}

async function runRead(parts: OperationParts, route: OperationRoute, call: OperationCall): Promise<Answered> {
  const result = await route.handler(requestContext(parts, route, call))
  if (isRefused(result)) {
    await keepTrace(parts, result)
    throw refusedError(result)
  }
  const answered = result as Answered
  requireReachOfBody(route, answered.body, call.caller)
  return answered
}

function keyFor(operation: Operation, { request }: Exchange): string | undefined {
  if (operation.idempotencyKey === 'none') return undefined
  const key = parseIdempotencyKey(request.headers['idempotency-key'])
  if (key === undefined && operation.idempotencyKey === 'required') {
    throw refusalOf(
      'idempotency.key_required',
      'Idempotency-Key is required: a new key for each change, the same key for a retry.',
    )
  }
  return key
}

function versionFor({ operation, requiresIfMatch }: OperationRoute, { request }: Exchange): string | undefined {
  if (operation.effect === 'read') return undefined
  const header = request.headers['if-match']
  if (header === undefined && requiresIfMatch) {
    throw refusalOf(
      'request.precondition_required',
      'If-Match is required: send the ETag of the version that was read.',
    )
  }
  const expected = expectedVersionOf(header)
  // Without a record such a handler may act before it commits.
  if (expected !== undefined && !requiresIfMatch && operation.idempotencyKey === 'none') throw noVersion()
  return expected
}

function scopeOf(route: OperationRoute, { key, caller, exchange, input, blob }: OperationCall): KeyScope | undefined {
  if (key === undefined) return undefined
  const { subject } = caller
  const body = blob === undefined ? input.body : { mediaType: blob.mediaType, sha256: blob.sha256 }
  const fingerprint = fingerprintOf(exchange.request.url ?? '', body)
  return { operation: route.name, subject, key, fingerprint, lockName: lockNameOf(route.name, subject, key) }
}

function idLogFieldOf({ answersWith }: OperationRoute): string | undefined {
  return answersWith?.logFields.at(-1)?.[1]
}

function outgoingOf(
  { name, operation, sendsEtag }: OperationRoute,
  exchange: Exchange,
  answered: Answered,
  check: AnswerChecker | undefined,
): Outgoing {
  const { status, version } = answered
  const mediaType = mediaTypeOfFile(operation.answers[status])
  if (mediaType !== undefined) {
    const isHead = exchange.method === 'HEAD'
    return outgoingFile(answered, mediaType, { cacheControl: operation.cacheControl, isHead })
  }
  const text = textOf(answered.body)
  check?.(status, text)
  const headers: Record<string, string> = { ...answered.headers }
  if (check !== undefined && version !== undefined && operation.method === 'GET' && !sendsEtag) {
    throw new Error(`${name} returned a version, which is not declared`)
  }
  const isTagged = sendsEtag && text !== undefined
  const etag = version !== undefined ? etagOf(version) : isTagged ? etagOfText(text) : undefined
  if (etag !== undefined) headers['etag'] = etag
  const { sharedWith } = operation
  if (typeof sharedWith === 'object') {
    headers['vary'] = 'Authorization'
    if (exchange.principal?.can(sharedWith.exceptWhoMay) === true) headers['cache-control'] = 'private, no-cache'
  }
  headers['cache-control'] ??= operation.cacheControl ?? (etag === undefined ? 'no-store' : 'private, no-cache')
  if (etag !== undefined && sendsEtag && isNotModified(exchange.request.headers['if-none-match'], etag)) {
    return { status: 304, headers }
  }
  if (text !== undefined) headers['content-type'] ??= jsonMediaType
  return { status, headers, body: text }
}

function textOf(body: unknown): string | undefined {
  if (body === undefined) return undefined
  return body instanceof JsonText ? body.text : JSON.stringify(body)
}

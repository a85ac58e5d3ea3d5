export { errorGuide, type ErrorGuide } from './error-guide.ts'
export { createHttpApp } from './app.ts'
export { authorize, callerOf, type Authenticate } from './caller.ts'
export { batchedReadsPath, isBatchable, MAX_BATCHED_READS, MAX_READ_LENGTH, type BatchedRead } from './batched-reads.ts'
export { parseBody } from './body.ts'
export { challengeOf, permissionMissing } from './challenge.ts'
export { etagOf, expectedVersionOf, isNotModified, requireVersion } from './conditional.ts'
export { type HttpPrincipal, type IsTrustedProxy } from './exchange.ts'
export { canonicalJson, parseIdempotencyKey } from './idempotency/key.ts'
export { httpMigrations } from './idempotency/migrations.ts'
export { idempotencyPart } from './idempotency/part.ts'
export { purgeIdempotencyRecords } from './idempotency/records.ts'
export { inputReader, type InputReader } from './input.ts'
export { applyMergePatch } from './merge-patch.ts'
export type { CallContext, Changes, ExtraRoute, HttpApp, HttpAppOptions, HttpLimits, OnInvalidated } from './options.ts'
export { openApiDocument, type OpenApiInfo } from './openapi/document.ts'
export { answerHeaderNames } from './openapi/headers.ts'
export { decodeCursor, encodeCursor, readPage, readPageById } from './pages.ts'
export { isUpgrade, type Upgrade } from './sockets/handshake.ts'
export { upgradeListener } from './sockets/upgrade-listener.ts'
export { refuseConnect, refuseUnreadable } from './unreadable.ts'
export { parsePrefer, type Preference } from './prefer.ts'
export { makeValidator, type Validator } from './validation.ts'
export { isNetwork, trustNetworks, trustProxies } from './trusted-proxies.ts'
export {
  problemHeaders,
  problemMediaType,
  problemOf,
  statusOf,
  statusOfCode,
  unexpectedProblem,
  type Problem,
  type ProblemPlace,
} from './problem.ts'

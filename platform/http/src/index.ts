export { errorGuide, type ErrorGuide } from './error-guide.ts'
export { createHttpApp } from './app.ts'
export { authorize, callerOf, type Authenticate } from './caller.ts'
export { etagOf, expectedVersionOf, isNotModified } from './conditional.ts'
export { type HttpPrincipal, type IsTrustedProxy } from './exchange.ts'
export { parseIdempotencyKey } from './idempotency/key.ts'
export { httpMigrations } from './idempotency/migrations.ts'
export { purgeIdempotencyRecords } from './idempotency/records.ts'
export { applyMergePatch } from './merge-patch.ts'
export type { CallContext, Changes, ExtraRoute, HttpApp, HttpAppOptions, HttpLimits } from './options.ts'
export { openApiDocument, type OpenApiInfo } from './openapi/document.ts'
export { decodeCursor, encodeCursor, pageOf } from './pages.ts'
export { refuseUnreadable } from './unreadable.ts'
export { parsePrefer, type Preference } from './prefer.ts'
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

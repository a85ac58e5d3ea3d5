export {
  addLogFields,
  currentContext,
  newContext,
  runWithContext,
  runWithoutContext,
  withLocalLogs,
  withLogFields,
  type LogFieldValue,
  type TraceContext,
} from './context.ts'
export { describeHttpServerSpan, httpMethodOf, streamAttribute, type ServedRequest } from './http-conventions.ts'
export { fileDestination, type LogDestination } from './log-destination.ts'
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel } from './logger.ts'
export { messagingAttributes } from './messaging-conventions.ts'
export {
  createMetrics,
  durationBuckets,
  type Collect,
  type Counter,
  type Gauge,
  type Histogram,
  type Metrics,
  type MetricsAnswer,
  type ObservedCounter,
} from './metrics.ts'
export {
  findTraces,
  inTreeOrder,
  listTraces,
  readTrace,
  type PlacedSpan,
  type TraceFilter,
  type TraceSummary,
} from './read-trace.ts'
export { describeError, redacted, redactField, redactText, redactValue } from './redaction.ts'
export { releaseStartMemory } from './release-start-memory.ts'
export { attributes } from './semantic-conventions.ts'
export type { AttributeValue, Attributes, EndedSpan, Span, SpanEvent, SpanKind, SpanLink } from './span.ts'
export type { SpanSink } from './span-pipeline.ts'
export type { StoredSpan } from './span-store.ts'
export { dbClientOperationDuration, httpServerRequestDuration, rpcCallDuration } from './standard-metrics.ts'
export { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts'
export {
  contextFromHeaders,
  formatTraceparent,
  formatTracestate,
  parseTraceparent,
  parseTracestate,
  traceHeaders,
  untracedHeaders,
  type HeaderValue,
  type TraceParent,
  type TraceStateEntry,
} from './trace-headers.ts'
export type { SpanDescription, SpanOptions, Tracer } from './tracer.ts'

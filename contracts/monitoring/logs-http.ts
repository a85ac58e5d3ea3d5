import { closed, get, InstantSchema, mount, PageQuery, pageSchema, SearchText } from '@stoa/contract'
import { Type } from 'typebox'
import { TraceId } from '../shared/trace-span.ts'
import { LogLevel, LogRecord } from './log-resources.ts'

/** GET /api/v1/telemetry/logs */
export const listLogs = get('/api/v1/telemetry/logs', {
  permission: 'telemetry:read',
  owner: 'none',
  summary: 'List the log lines of all services, latest first',
  query: Type.Object(
    {
      ...PageQuery,
      service: Type.Optional(SearchText),
      level: Type.Optional(Type.Enum([...LogLevel.enum], { description: 'the least severe level' })),
      traceId: Type.Optional(TraceId),
      contains: Type.Optional(
        Type.String({
          minLength: 2,
          maxLength: 200,
          description: 'a text in the message or in the fields, in upper and lower case as written',
        }),
      ),
      from: Type.Optional(InstantSchema),
      to: Type.Optional(InstantSchema),
    },
    closed,
  ),
  timeoutMs: 10_000,
  answers: { 200: pageSchema(LogRecord) },
})

/** /v1/logs: OTLP over HTTP. */
export const otlpLogs = mount('/v1/logs*', {
  summary: 'Receive log records over OTLP/HTTP from processes that know the token',
  permission: 'public',
  isQuiet: true,
})

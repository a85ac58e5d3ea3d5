import { InstantSchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { TraceId } from '../shared/trace-span.ts'

/** The levels of log lines, the least severe first. */
export const LogLevel = Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
export type LogLevel = Static<typeof LogLevel>

/** A line of a log. */
export const LogRecord = Type.Object({
  id: Type.String({ description: 'a digest of the line' }),
  at: InstantSchema,
  level: LogLevel,
  service: Type.String(),
  instance: Type.String(),
  message: Type.String(),
  attributes: Type.Record(Type.String(), Type.Unknown(), { description: 'the fields of the line' }),
  traceId: Type.Optional(TraceId),
  spanId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{16}$' })),
})
export type LogRecord = Readonly<Static<typeof LogRecord>>

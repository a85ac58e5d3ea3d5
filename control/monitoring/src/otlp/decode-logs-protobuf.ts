import { BinaryReader } from '@bufbuild/protobuf/wire'
import type { OtlpLogRecord, OtlpLogsRequest, ResourceLogs, ScopeLogs } from './otlp-request.ts'
import {
  anyValueFields,
  hex,
  keyValueFields,
  list,
  one,
  readMessage,
  resourceFields,
  scopeFields,
  type Fields,
  type Writable,
} from './protobuf-fields.ts'

// Field numbers of opentelemetry/proto/logs/v1/logs.proto, version 1.x, which are stable.

/** Decodes an ExportLogsServiceRequest from protobuf. @throws Error if it is malformed */
export function decodeLogsProtobuf(bytes: Uint8Array): OtlpLogsRequest {
  return readMessage(new BinaryReader(bytes), bytes.length, requestFields, 0)
}

const recordFields: Fields<Writable<OtlpLogRecord>> = {
  1: (reader, record) => void (record.timeUnixNano = String(reader.fixed64())),
  2: (reader, record) => void (record.severityNumber = reader.int32()),
  3: (reader, record) => void (record.severityText = reader.string()),
  5: one('body', () => anyValueFields),
  6: list('attributes', () => keyValueFields),
  9: (reader, record) => void (record.traceId = hex(reader)),
  10: (reader, record) => void (record.spanId = hex(reader)),
  11: (reader, record) => void (record.observedTimeUnixNano = String(reader.fixed64())),
}

const scopeLogsFields: Fields<Writable<ScopeLogs>> = {
  1: one('scope', () => scopeFields),
  2: list('logRecords', () => recordFields),
}

const resourceLogsFields: Fields<Writable<ResourceLogs>> = {
  1: one('resource', () => resourceFields),
  2: list('scopeLogs', () => scopeLogsFields),
}

const requestFields: Fields<Writable<OtlpLogsRequest>> = { 1: list('resourceLogs', () => resourceLogsFields) }

import { BinaryReader } from '@bufbuild/protobuf/wire'
import type { OtlpEvent, OtlpRequest, OtlpSpan, ResourceSpans, ScopeSpans } from './otlp-request.ts'
import {
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

// Field numbers of opentelemetry/proto/collector/trace/v1/trace_service.proto and the files that it imports, version 1.x, which are
// stable.

/** Decodes an ExportTraceServiceRequest from protobuf. @throws Error if it is malformed */
export function decodeProtobuf(bytes: Uint8Array): OtlpRequest {
  return readMessage(new BinaryReader(bytes), bytes.length, requestFields, 0)
}

const eventFields: Fields<Writable<OtlpEvent>> = {
  1: (reader, event) => void (event.timeUnixNano = String(reader.fixed64())),
  2: (reader, event) => void (event.name = reader.string()),
  3: list('attributes', () => keyValueFields),
}

const linkFields: Fields<{ traceId?: string; spanId?: string }> = {
  1: (reader, link) => void (link.traceId = hex(reader)),
  2: (reader, link) => void (link.spanId = hex(reader)),
}

const statusFields: Fields<{ code?: number | string; message?: string }> = {
  2: (reader, status) => void (status.message = reader.string()),
  3: (reader, status) => void (status.code = reader.int32()),
}

const spanFields: Fields<Writable<OtlpSpan>> = {
  1: (reader, span) => void (span.traceId = hex(reader)),
  2: (reader, span) => void (span.spanId = hex(reader)),
  4: (reader, span) => void (span.parentSpanId = hex(reader)),
  5: (reader, span) => void (span.name = reader.string()),
  6: (reader, span) => void (span.kind = reader.int32()),
  7: (reader, span) => void (span.startTimeUnixNano = String(reader.fixed64())),
  8: (reader, span) => void (span.endTimeUnixNano = String(reader.fixed64())),
  9: list('attributes', () => keyValueFields),
  11: list('events', () => eventFields),
  13: list('links', () => linkFields),
  15: one('status', () => statusFields),
}

const scopeSpansFields: Fields<Writable<ScopeSpans>> = {
  1: one('scope', () => scopeFields),
  2: list('spans', () => spanFields),
}

const resourceSpansFields: Fields<Writable<ResourceSpans>> = {
  1: one('resource', () => resourceFields),
  2: list('scopeSpans', () => scopeSpansFields),
}

const requestFields: Fields<Writable<OtlpRequest>> = { 1: list('resourceSpans', () => resourceSpansFields) }

import { BinaryReader } from '@bufbuild/protobuf/wire'
import type { AnyValue, KeyValue, OtlpEvent, OtlpRequest, OtlpSpan, ResourceSpans, ScopeSpans } from './otlp-request.ts'

// Field numbers of opentelemetry/proto/collector/trace/v1/trace_service.proto and the files that it imports, version 1.x, which are
// stable. A reader of its own, because the generated code would also describe what is ignored here.

/** How to read the fields of a message, by number. */
type Fields<Message> = Readonly<Record<number, (reader: BinaryReader, message: Message, depth: number) => void>>
type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

// An attribute can contain attributes.
const maxDepth = 8

/** Decodes an ExportTraceServiceRequest from protobuf. @throws Error if it is malformed */
export function decodeProtobuf(bytes: Uint8Array): OtlpRequest {
  return readMessage(new BinaryReader(bytes), bytes.length, requestFields, 0)
}

function readMessage<Message extends object>(
  reader: BinaryReader,
  length: number,
  fields: Fields<Message>,
  depth: number,
): Message {
  if (depth > maxDepth) throw new RangeError('messages are nested too deeply')
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError('a message ends early')
  const message = {} as Message
  while (reader.pos < end) {
    const [field, wireType] = reader.tag()
    const read = fields[field]
    if (read === undefined) reader.skip(wireType, field)
    else read(reader, message, depth + 1)
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than its message')
  return message
}

/** Reads a message into a list. */
function list<Name extends string, Item extends object>(name: Name, fields: () => Fields<Item>) {
  return (reader: BinaryReader, message: { [Key in Name]?: readonly Item[] }, depth: number): void => {
    const items = (message[name] ??= [] as Item[] as never) as Item[]
    items.push(readMessage(reader, reader.uint32(), fields(), depth))
  }
}

/** Reads a message into a field. */
function one<Name extends string, Item extends object>(name: Name, fields: () => Fields<Item>) {
  return (reader: BinaryReader, message: { [Key in Name]?: Item }, depth: number): void => {
    message[name] = readMessage(reader, reader.uint32(), fields(), depth)
  }
}

const hex = (reader: BinaryReader) => Buffer.from(reader.bytes()).toString('hex')

const anyValueFields: Fields<Writable<AnyValue>> = {
  1: (reader, value) => void (value.stringValue = reader.string()),
  2: (reader, value) => void (value.boolValue = reader.bool()),
  3: (reader, value) => void (value.intValue = String(reader.int64())),
  4: (reader, value) => void (value.doubleValue = reader.double()),
  5: one('arrayValue', () => ({ 1: list('values', () => anyValueFields) })),
  6: one('kvlistValue', () => ({ 1: list('values', () => keyValueFields) })),
  7: (reader, value) => void (value.bytesValue = Buffer.from(reader.bytes()).toString('base64')),
}

const keyValueFields: Fields<Writable<KeyValue>> = {
  1: (reader, pair) => void (pair.key = reader.string()),
  2: one('value', () => anyValueFields),
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
  1: one('scope', () => ({
    1: (reader: BinaryReader, scope: { name?: string }) => void (scope.name = reader.string()),
  })),
  2: list('spans', () => spanFields),
}

const resourceSpansFields: Fields<Writable<ResourceSpans>> = {
  1: one('resource', () => ({ 1: list('attributes', () => keyValueFields) })),
  2: list('scopeSpans', () => scopeSpansFields),
}

const requestFields: Fields<Writable<OtlpRequest>> = { 1: list('resourceSpans', () => resourceSpansFields) }

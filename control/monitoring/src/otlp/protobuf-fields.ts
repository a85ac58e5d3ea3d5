import type { BinaryReader } from '@bufbuild/protobuf/wire'
import type { AnyValue, KeyValue } from './otlp-request.ts'

// A reader of its own, because the generated code would also describe what is ignored here.

/** How to read the fields of a message, by number. */
export type Fields<Message> = Readonly<Record<number, (reader: BinaryReader, message: Message, depth: number) => void>>
/** A message while it is read. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

// An attribute can contain attributes; what is nested more deeply is left out, and the record that contains it is kept.
const maxDepth = 16

/** Reads a message of that length. @throws RangeError if it is malformed */
export function readMessage<Message extends object>(
  reader: BinaryReader,
  length: number,
  fields: Fields<Message>,
  depth: number,
): Message {
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError('a message ends early')
  const message = {} as Message
  if (depth > maxDepth) reader.pos = end
  while (reader.pos < end) {
    const [field, wireType] = reader.tag()
    const read = fields[field]
    if (read === undefined) reader.skip(wireType, field)
    else read(reader, message, depth + 1)
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than its message')
  return message
}

/** Returns the reader of a message into a list. */
export function list<Name extends string, Item extends object>(name: Name, fields: () => Fields<Item>) {
  return (reader: BinaryReader, message: { [Key in Name]?: readonly Item[] }, depth: number): void => {
    const items = (message[name] ??= [] as Item[] as never) as Item[]
    items.push(readMessage(reader, reader.uint32(), fields(), depth))
  }
}

/** Returns the reader of a message into a field. */
export function one<Name extends string, Item extends object>(name: Name, fields: () => Fields<Item>) {
  return (reader: BinaryReader, message: { [Key in Name]?: Item }, depth: number): void => {
    message[name] = readMessage(reader, reader.uint32(), fields(), depth)
  }
}

/** Reads an id. */
export const hex = (reader: BinaryReader) => Buffer.from(reader.bytes()).toString('hex')

export const anyValueFields: Fields<Writable<AnyValue>> = {
  1: (reader, value) => void (value.stringValue = reader.string()),
  2: (reader, value) => void (value.boolValue = reader.bool()),
  3: (reader, value) => void (value.intValue = String(reader.int64())),
  4: (reader, value) => void (value.doubleValue = reader.double()),
  5: one('arrayValue', () => ({ 1: list('values', () => anyValueFields) })),
  6: one('kvlistValue', () => ({ 1: list('values', () => keyValueFields) })),
  7: (reader, value) => void (value.bytesValue = Buffer.from(reader.bytes()).toString('base64')),
}

export const keyValueFields: Fields<Writable<KeyValue>> = {
  1: (reader, pair) => void (pair.key = reader.string()),
  2: one('value', () => anyValueFields),
}

export const scopeFields: Fields<{ name?: string }> = {
  1: (reader, scope) => void (scope.name = reader.string()),
}

export const resourceFields: Fields<{ attributes?: readonly KeyValue[] }> = {
  1: list('attributes', () => keyValueFields),
}

import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { LogRecord } from '../event-log.ts'

/** A record on its way to Kafka. */
export interface KafkaMessage {
  readonly key: Buffer
  readonly value: Buffer
  readonly headers: Map<Buffer, Buffer>
}

/** What Kafka keeps of a record. */
export interface KafkaContent {
  readonly value: Buffer | null
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[]
}

/** The number of a batch of a producer, and its first event, by which another batch of the same number is told from it. */
export interface NumberedBatch {
  readonly producer: string
  readonly batch: number
  readonly firstEventId: string
}

const numberedBatch = Compile(
  Type.Object({ producer: Type.String(), batch: Type.Integer(), firstEventId: Type.String() }),
)

/** What the log needs to know of a record without reading its value. */
export interface RecordSummary {
  readonly id: string
  readonly type: string
  readonly position: number
  /** On the first record of a numbered batch. */
  readonly numbered: NumberedBatch | undefined
}

/** The type as `logTypeOf` returns it: with its major version from 2 on. */
const typeHeader = 'stoa_type'
/** The position in the partition as the log counts it: without the gaps that the offsets of Kafka have. */
const positionHeader = 'stoa_position'
const batchHeader = 'stoa_batch'
const contentType = 'content-type'
const structured = 'application/cloudevents+json; charset=UTF-8'
const beforeData = ',"data":'

/**
 * Encodes an event by the Kafka binding of CloudEvents in its binary mode: the attributes are headers, the data is the value. An event
 * that `eventOf` would not return character by character goes as a whole into the value, in the structured mode.
 */
export function messageOf(
  { id, type, key, event }: LogRecord,
  position: number,
  numbered: NumberedBatch | undefined,
): KafkaMessage {
  const binary = attributesOf(event)
  const headers: [string, string][] = binary ?? [
    [contentType, structured],
    ['ce_id', id],
  ]
  const value = binary === undefined ? event : event.slice(event.indexOf(beforeData) + beforeData.length, -1)
  headers.push([typeHeader, type], [positionHeader, String(position)])
  if (numbered !== undefined) headers.push([batchHeader, JSON.stringify(numbered)])
  return {
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  }
}

/** Summarises a record by its headers; undefined for one that was not written by `messageOf`. */
export function summaryOf({ headers }: KafkaContent): RecordSummary | undefined {
  const texts = new Map<string, string>()
  for (const [name, value] of headers) if (name !== null && value !== null) texts.set(name.toString(), value.toString())
  const id = texts.get('ce_id')
  const type = texts.get(typeHeader)
  const position = Number(texts.get(positionHeader) ?? -1)
  if (id === undefined || type === undefined || !Number.isSafeInteger(position) || position < 0) return undefined
  const batch = texts.get(batchHeader)
  if (batch === undefined) return { id, type, position, numbered: undefined }
  const numbered = batchOf(batch)
  return numbered && { id, type, position, numbered }
}

/** Reads the number of a batch; undefined for a text that `messageOf` did not write. */
function batchOf(text: string): NumberedBatch | undefined {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  return numberedBatch.Check(read) ? read : undefined
}

/** Decodes a record into the JSON of its event, as it was encoded. */
export function eventOf({ headers, value }: KafkaContent): string {
  const data = value?.toString() ?? 'null'
  const attributes: { [name: string]: string } = {}
  for (const [nameBytes, valueBytes] of headers) {
    const name = nameBytes?.toString() ?? ''
    const text = valueBytes?.toString() ?? ''
    if (name === contentType && text === structured) return data
    if (name === contentType) attributes['datacontenttype'] = text
    else if (name.startsWith('ce_')) attributes[name.slice(3)] = text
  }
  return `${JSON.stringify(attributes).slice(0, -1)}${beforeData}${data}}`
}

/** The attributes of an event as headers, if it consists of texts and then of data, written as `JSON.stringify` does. */
function attributesOf(event: string): [string, string][] | undefined {
  const end = event.indexOf(beforeData)
  if (end < 0) return undefined
  const head = `${event.slice(0, end)}}`
  let attributes: { readonly [name: string]: unknown }
  try {
    attributes = JSON.parse(head) as typeof attributes
  } catch {
    return undefined
  }
  const texts = Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  if (texts.length !== Object.keys(attributes).length || JSON.stringify(attributes) !== head) return undefined
  return texts.map(([name, text]) => [name === 'datacontenttype' ? contentType : `ce_${name}`, text])
}

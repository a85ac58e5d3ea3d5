import { redactText } from '@stoa/telemetry'
import type { AnyValue, KeyValue } from './otlp-request.ts'

/** The platform redacts what it sends under this scope; other senders may not. */
export const redactingScope = '@stoa/telemetry'
// What identifies a person, and does not help to find a fault; also by the names of conventions that senders still use.
const personal = new Set([
  'client.address',
  'client.port',
  'network.peer.address',
  'user_agent.original',
  'url.query',
  'http.client_ip',
  'net.peer.ip',
  'net.sock.peer.addr',
  'http.user_agent',
])
const personalGroup = /^(enduser|user|geo)\./
// What follows the path of these can name people too.
const withQuery = new Set(['url.full', 'http.url', 'http.target'])

const maxOrigin = 100

/** Whether an attribute identifies a person, so that it is not stored. */
export function isPersonal(key: string): boolean {
  return personal.has(key) || personalGroup.test(key)
}

/** The value of an attribute, without what may name a person. */
export function shownValueOf({ key, value }: KeyValue): AnyValue | undefined {
  return key !== undefined && withQuery.has(key) ? withoutQuery(value) : value
}

function withoutQuery(value: AnyValue | undefined): AnyValue {
  const url = value?.stringValue
  return typeof url === 'string' ? { stringValue: url.replace(/[?#].*$/s, '') } : {}
}

/** The process that sends. */
export interface Origin {
  readonly service: string
  readonly instance: string
}

/** Returns which process sends what a resource describes. */
export function originOf(resource: { readonly attributes?: readonly KeyValue[] } | undefined): Origin {
  const text = (name: string, fallback: string) => {
    const found = listOf(resource?.attributes).find(({ key }) => key === name)?.value?.stringValue
    return typeof found === 'string' && found !== '' ? withoutNull(found.slice(0, maxOrigin)) : fallback
  }
  return { service: text('service.name', 'unknown_service'), instance: text('service.instance.id', '') }
}

/** What is neither a number nor a text is not converted: of a list in lists that would not end. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** Returns a text within a length, redacted unless its sender has done so. */
export function textOf(text: unknown, maxLength: number, isRedacted: boolean): string {
  if (typeof text !== 'string') return ''
  const short = withoutNull(text.slice(0, maxLength))
  return isRedacted ? short : redactText(short)
}

/** PostgreSQL stores no NUL in a text. */
export function withoutNull(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}

/** Whether a text is an id of that many hexadecimal digits. */
export function isId(id: unknown, length: number): id is string {
  return typeof id === 'string' && id.length === length && /^[0-9a-f]+$/i.test(id) && !/^0+$/.test(id)
}

/** Milliseconds since the epoch with microseconds, of nanoseconds that a number cannot hold. */
export function millisOf(nanos: unknown): number | undefined {
  const text = typeof nanos === 'string' || typeof nanos === 'number' ? String(nanos) : ''
  if (!/^[1-9]\d{0,19}$/.test(text)) return undefined
  return text.length <= 3 ? 0 : Number(text.slice(0, -3)) / 1_000
}

/** What a sender calls a list, without what is no object in it. */
export function listOf<Item extends object>(items: readonly Item[] | undefined): readonly Item[] {
  const isList: boolean = Array.isArray(items)
  return isList && items !== undefined ? items.filter((item: unknown) => typeof item === 'object' && item !== null) : []
}

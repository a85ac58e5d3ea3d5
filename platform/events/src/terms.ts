import { findStrings } from './find-strings.ts'

const zero = 48
const nine = 57
const smallA = 97
const smallF = 102
const space = 32
const shortest = 4
const longest = 128

/** Whether a text looks like the identifier of something: one word of 4 to 128 characters with a digit in it (ids, SKUs). */
export function isIdentifier(text: string): boolean {
  if (text.length < shortest || text.length > longest) return false
  let hasDigit = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code <= space) return false
    if (code >= zero && code <= nine) hasDigit = true
  }
  return hasDigit
}

/**
 * The hash by which an identifier is indexed: the end of a hexadecimal one, else FNV-1a of its UTF-8; `event_log_term` in the
 * log's database is the same.
 */
export function termOf(text: string): number {
  return hexadecimalEnd(text) ?? fnv(text)
}

/** The last 8 digits of a text that ends with as many (UUIDs, trace ids), as a number. */
function hexadecimalEnd(text: string): number | undefined {
  if (text.length < 8) return undefined
  let value = 0
  for (let index = text.length - 8; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= zero && code <= nine) value = (value << 4) | (code - zero)
    else if (code >= smallA && code <= smallF) value = (value << 4) | (code - smallA + 10)
    else return undefined
  }
  return value
}

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 127) return Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5) | 0
    hash = Math.imul(hash ^ code, 0x01000193)
  }
  return hash | 0
}

/** Returns the search terms of an event: its id, subject, correlation id, and each identifier in its data. */
export function termsOf(event: string): number[] {
  const terms: number[] = []
  const add = (text: string) => {
    const term = termOf(text)
    if (!terms.includes(term)) terms.push(term)
  }
  const onAttribute = (start: number, end: number) => add(stringAt(event, start, end))
  const onData = (start: number, end: number) => {
    // A JSON escape takes up to six characters for one; no shorter text can be an identifier.
    if (end - start < shortest || end - start > 6 * longest) return
    const text = stringAt(event, start, end)
    if (isIdentifier(text)) add(text)
  }
  findStrings(event, onAttribute, onData)
  return terms
}

/** The value of the string in a JSON text that starts and ends here. */
function stringAt(json: string, start: number, end: number): string {
  const text = json.slice(start, end)
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

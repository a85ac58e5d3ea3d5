/** Writers of DER (X.690), as far as the certificates of the mesh need them. */

/** One element: a tag, the length of its content, and the content. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

export const sequence = (...content: readonly Buffer[]): Buffer => element(0x30, ...content)
export const set = (...content: readonly Buffer[]): Buffer => element(0x31, ...content)
export const octets = (content: Buffer): Buffer => element(0x04, content)
export const text = (value: string): Buffer => element(0x0c, Buffer.from(value, 'utf8'))
export const yes: Buffer = element(0x01, Buffer.from([0xff]))
/** Explicitly tagged with the context's number. */
export const tagged = (number: number, content: Buffer): Buffer => element(0xa0 | number, content)

/** A positive integer of these bytes, the most significant first. */
export function integer(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const least = bytes.subarray(start)
  // with its highest bit set it would be negative
  return element(0x02, ...((least[0] ?? 0) >= 0x80 ? [Buffer.from([0])] : []), least)
}

/** Bits, of which the last byte leaves some unused. */
export function bits(content: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), content)
}

/** An object identifier as it is written: `2.5.29.17`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

/** A time in seconds: with two digits of the year before 2050, with four from then on (RFC 5280, 4.1.2.5). */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  const isShort = Number(digits.slice(0, 4)) < 2050
  return element(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'ascii'))
}

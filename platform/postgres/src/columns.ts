import { decodeInstant } from './instants.ts'

type Decode = (text: string) => unknown

function decodeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`the bigint ${text} does not fit a number exactly: select it as text`)
  }
  return value
}

function decodeBytes(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex')
}

const decodeNumber: Decode = Number
const decodeBoolean: Decode = (text) => text === 't'
const decodeJson: Decode = (text) => JSON.parse(text)
const keepText: Decode = (text) => text

/** Reads PostgreSQL's text form of an array (`{a,"b c",NULL,{nested}}`), each element by the decoder of its type. */
export function decodeArray(text: string, decode: Decode): unknown[] {
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const readQuoted = (): string => {
    let value = ''
    at++
    while (text[at] !== '"') {
      if (text[at] === '\\') at++
      value += text[at++]
    }
    at++
    return value
  }
  const readBare = (): string => {
    const start = at
    while (text[at] !== ',' && text[at] !== '}') at++
    return text.slice(start, at)
  }
  const readItem = (): unknown => {
    if (text[at] === '{') return readItems()
    if (text[at] === '"') return decode(readQuoted())
    const bare = readBare()
    return bare === 'NULL' ? null : decode(bare)
  }
  const readItems = (): unknown[] => {
    const items: unknown[] = []
    at++
    while (text[at] !== '}') {
      items.push(readItem())
      if (text[at] === ',') at++
    }
    at++
    return items
  }
  return readItems()
}

const arrayOf =
  (decode: Decode): Decode =>
  (text) =>
    decodeArray(text, decode)

// Object ids of PostgreSQL's own types are fixed (pg_type.dat): scalar, then its array.
const decoders = new Map<number, Decode>()
const types: readonly (readonly [scalar: number, array: number, decode: Decode])[] = [
  [16, 1000, decodeBoolean],
  [17, 1001, decodeBytes],
  [18, 1002, keepText],
  [19, 1003, keepText],
  [20, 1016, decodeInteger],
  [21, 1005, decodeNumber],
  [23, 1007, decodeNumber],
  [25, 1009, keepText],
  [26, 1028, decodeNumber],
  [114, 199, decodeJson],
  [700, 1021, decodeNumber],
  [701, 1022, decodeNumber],
  [1042, 1014, keepText],
  [1043, 1015, keepText],
  [1082, 1182, keepText],
  [1083, 1183, keepText],
  [1114, 1115, keepText],
  [1184, 1185, decodeInstant],
  [1186, 1187, keepText],
  [1700, 1231, keepText],
  [2950, 2951, keepText],
  [3802, 3807, decodeJson],
]
for (const [scalar, array, decode] of types) {
  decoders.set(scalar, decode)
  decoders.set(array, arrayOf(decode))
}

/** How a column of this type is read: types that are not listed stay text. */
export function decoderFor(typeId: number): Decode {
  return decoders.get(typeId) ?? keepText
}

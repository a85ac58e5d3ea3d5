const negative = 0x40_00
const groupDigits = 4

/** A decimal in the binary format of PostgreSQL: groups of four decimal digits around the point. */
export function binaryNumeric(text: string): Buffer {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? []
  const left = whole.replace(/^0+/, '')
  const padded = left.padStart(Math.ceil(left.length / groupDigits) * groupDigits, '0')
  const digits = padded + fraction.padEnd(Math.ceil(fraction.length / groupDigits) * groupDigits, '0')
  const groups = (digits.match(/\d{4}/g) ?? []).map(Number)
  let weight = padded.length / groupDigits - 1
  while (groups[0] === 0) {
    groups.shift()
    weight -= 1
  }
  while (groups.at(-1) === 0) groups.pop()
  const bytes = Buffer.alloc(8 + groups.length * 2)
  bytes.writeUInt16BE(groups.length, 0)
  bytes.writeInt16BE(groups.length === 0 ? 0 : weight, 2)
  bytes.writeUInt16BE(sign === '' ? 0 : negative, 4)
  bytes.writeUInt16BE(fraction.length, 6)
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, 8 + index * 2)
  return bytes
}

/** The text of a decimal in the binary format of PostgreSQL; undefined for what is not a number. */
export function numericText(bytes: Buffer): string | undefined {
  if (bytes.length < 8) return undefined
  const [count, weight, sign, scale] = [
    bytes.readUInt16BE(0),
    bytes.readInt16BE(2),
    bytes.readUInt16BE(4),
    bytes.readUInt16BE(6),
  ]
  const isNumber = (sign === 0 || sign === negative) && bytes.length === 8 + count * 2
  if (!isNumber || Math.abs(weight) > 1_000 || scale > 1_000) return undefined
  const group = (index: number) =>
    String(index >= 0 && index < count ? bytes.readUInt16BE(8 + index * 2) : 0).padStart(groupDigits, '0')
  let whole = ''
  for (let index = 0; index <= weight; index += 1) whole += group(index)
  let fraction = ''
  for (let index = weight + 1; fraction.length < scale; index += 1) fraction += group(index)
  const text = `${whole.replace(/^0+(?=\d)/, '') || '0'}${scale === 0 ? '' : `.${fraction.slice(0, scale)}`}`
  return sign === negative ? `-${text}` : text
}

const fewestDigits = 12
const mostDigits = 19

/** Where a possible card number stands in a text: from `from` up to `to`, and how many digits each of its groups has. */
export interface FoundCardNumber {
  readonly from: number
  readonly to: number
  readonly groups: readonly number[]
}

interface Group {
  readonly from: number
  readonly to: number
  /** How many digits of the run stand before the end of this group. */
  readonly end: number
  readonly size: number
}

// Digits of every script, and characters that contain digits, such as ② and ⁴.
const digit = String.raw`[\p{Nd}\p{No}]`
// All that is neither a letter nor a number separates groups: spaces, dashes, dots, bars, combining marks and characters
// without a width. So does an x.
const separator = String.raw`[[^\p{L}\p{N}]xX]`
const runs = new RegExp(`${digit}(?:${separator}*${digit})*`, 'gv')
const groups = new RegExp(`${digit}+`, 'gv')
/**
 * Finds every possible card number in a text: 12 to 19 digits that pass the Luhn check (ISO/IEC 7812-1), in one piece or in
 * groups, whatever stands between the groups but letters and other digits. Two of them may overlap.
 */
export function findCardNumbers(text: string): FoundCardNumber[] {
  if (!mayHaveEnough(text)) return []
  const found: FoundCardNumber[] = []
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (run.length >= fewestDigits) found.push(...findInRun(run, index))
  }
  return found
}

/** A look in one pass that most texts fail, at a small part of the cost. Any character beyond ASCII may be a digit. */
function mayHaveEnough(text: string): boolean {
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const lower = code | 0x20
    if ((code >= 0x30 && code <= 0x39) || code > 0x7f) count += 1
    else if (lower >= 0x61 && lower <= 0x7a && lower !== 0x78) count = 0
    if (count === fewestDigits) return true
  }
  return false
}

function findInRun(run: string, start: number): FoundCardNumber[] {
  const digits: number[] = []
  const all: Group[] = Array.from(run.matchAll(groups), ({ 0: characters, index }) => {
    const before = digits.length
    for (const character of characters) digits.push(...digitsOf(character))
    const from = start + index
    return { from, to: from + characters.length, end: digits.length, size: digits.length - before }
  })
  const passesLuhn = luhnOf(digits)
  const found: FoundCardNumber[] = []
  for (const [first, { from, end, size }] of all.entries()) {
    for (let last = first; last < all.length; last += 1) {
      const group = all[last]
      const begin = end - size
      if (group === undefined || group.end - begin > mostDigits) break
      if (group.end - begin < fewestDigits || !passesLuhn(begin, group.end)) continue
      found.push({ from, to: group.to, groups: all.slice(first, last + 1).map((each) => each.size) })
    }
  }
  return found
}

/** The digits 0 to 9 that a character stands for, by its compatibility decomposition and its place in its script. */
function digitsOf(character: string): readonly number[] {
  if (character >= '0' && character <= '9') return [Number(character)]
  return Array.from(character.normalize('NFKC').matchAll(/\p{Nd}/gu), ([one]) => valueOf(one))
}

// Decimal digits stand in blocks of ten, beginning with zero (Unicode, stability of Nd).
function valueOf(decimal: string): number {
  const code = decimal.codePointAt(0) ?? 0
  let zero = code
  while (zero > 0 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return (code - zero) % 10
}

/** Tells for the digits from one place up to another whether they pass the check, in constant time: from sums of all before. */
function luhnOf(digits: readonly number[]): (from: number, to: number) => boolean {
  const doubledAtEven = new Uint32Array(digits.length + 1)
  const doubledAtOdd = new Uint32Array(digits.length + 1)
  for (const [at, one] of digits.entries()) {
    const doubled = one > 4 ? one * 2 - 9 : one * 2
    doubledAtEven[at + 1] = (doubledAtEven[at] ?? 0) + (at % 2 === 0 ? doubled : one)
    doubledAtOdd[at + 1] = (doubledAtOdd[at] ?? 0) + (at % 2 === 0 ? one : doubled)
  }
  return (from, to) => {
    // Every second digit is doubled, beginning with the one before the last.
    const sums = to % 2 === 0 ? doubledAtEven : doubledAtOdd
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) % 10 === 0
  }
}

import { PromqlError } from './syntax.ts'

/** A word, a number, a text without its quotes, a duration or a symbol. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'duration' | 'symbol' | 'end'
  readonly text: string
  readonly at: number
}

const spaces = /(?:\s|#[^\n]*)*/y
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /(?:0x[\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/y],
  ['word', /[a-zA-Z_][\w:]*/y],
  ['text', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['symbol', /==|!=|<=|>=|=~|!~|[-+*/%^()[\]{},=<>:@]/y],
]

/** Splits an expression into tokens; the last one is the end. @throws PromqlError */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; ;) {
    spaces.lastIndex = at
    spaces.test(source)
    at = spaces.lastIndex
    if (at >= source.length) return [...tokens, { kind: 'end', text: 'the end', at }]
    const token = tokenAt(source, at)
    tokens.push(token.kind === 'text' ? { ...token, text: unquoted(token.text) } : token)
    at += token.text.length
  }
}

function tokenAt(source: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const [text] = pattern.exec(source) ?? []
    if (text !== undefined) return { kind, text, at }
  }
  throw new PromqlError(`unexpected "${source.slice(at, at + 10)}" at ${at}`)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' }

/** The text of a literal, with the escapes of Go for single characters. */
function unquoted(literal: string): string {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`')) return inner
  return inner.replaceAll(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16))
    const plain = escapes[escape] ?? (/["'\\]/.test(escape) ? escape : undefined)
    if (plain === undefined) throw new PromqlError(`the escape \\${escape} is not known`)
    return plain
  })
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** Milliseconds of a duration such as `5m` or `1h30m`; undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,10}(?:ms|[smhdwy]))+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) total += Number(count) * (units[unit] ?? 0)
  return Number.isSafeInteger(total) ? total : undefined
}

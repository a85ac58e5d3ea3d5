/** A piece of a statement. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'parameter' | 'sign'
  readonly text: string
  /** Where it begins in the text, from 0. */
  readonly at: number
}

/** One statement of several in a text. */
export interface Statement {
  readonly text: string
  readonly tokens: readonly Token[]
  /** Where its text begins in that of the client. */
  readonly at: number
}

// In the order in which they are tried. Comments and blanks have no kind; a text or comment without end reaches to the end.
const pieces: readonly (readonly [Token['kind'] | undefined, RegExp])[] = [
  [undefined, /\s+|--[^\n]*/y],
  ['text', /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y],
  ['text', /[bBxX]?'(?:[^']|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"]|"")*(?:"|$)/y],
  ['parameter', /\$\d+/y],
  ['text', /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['sign', /\d[\w.]*|::|[\s\S]/y],
]

/** Cuts a text into its tokens, as PostgreSQL and DuckDB do: nothing in a text, a quoted name or a comment is a token. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    if (text.startsWith('/*', at)) {
      at = endOfComment(text, at)
      continue
    }
    const [kind, found] = pieceAt(text, at)
    const whole = kind === 'text' && found.startsWith('$') ? dollarQuoted(text, at, found) : found
    if (kind !== undefined) tokens.push({ kind, text: whole, at })
    at += whole.length
  }
  return tokens
}

function pieceAt(text: string, at: number): [Token['kind'] | undefined, string] {
  for (const [kind, pattern] of pieces) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) return [kind, found[0]]
  }
  throw new Error('every character is a sign')
}

function dollarQuoted(text: string, at: number, mark: string): string {
  const end = text.indexOf(mark, at + mark.length)
  return end < 0 ? text.slice(at) : text.slice(at, end + mark.length)
}

/** Comments can contain comments. */
function endOfComment(text: string, start: number): number {
  const pattern = /\/\*|\*\//g
  pattern.lastIndex = start
  let depth = 0
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return pattern.lastIndex
  }
  return text.length
}

/** The statements of a text, without those that are empty. */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = []
  let tokens: Token[] = []
  const end = () => {
    const [first] = tokens
    const last = tokens.at(-1)
    if (first === undefined || last === undefined) return
    const { at } = first
    const own = text.slice(at, last.at + last.text.length)
    statements.push({ text: own, at, tokens: tokens.map((token) => ({ ...token, at: token.at - at })) })
    tokens = []
  }
  for (const token of tokensOf(text)) {
    if (token.kind === 'sign' && token.text === ';') end()
    else tokens.push(token)
  }
  end()
  return statements
}

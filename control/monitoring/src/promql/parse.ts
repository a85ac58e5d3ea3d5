import { functionNames } from './functions.ts'
import { parseSelector, type Cursor } from './parse-selector.ts'
import {
  aggregations,
  comparisons,
  PromqlError,
  type Aggregation,
  type BinaryOperator,
  type Expression,
  type Grouping,
  type Matching,
} from './syntax.ts'
import { parseDuration, tokensOf, type Token } from './tokens.ts'

/** Of an expression, in characters. */
export const longestExpression = 4_000
const deepest = 50

// From the weakest; operators of one row associate to the left.
const precedence: readonly (readonly string[])[] = [['or'], ['and', 'unless'], comparisons, ['+', '-'], ['*', '/', '%']]

/** Reads an expression of the subset of PromQL. @throws PromqlError that names what is not supported */
export function parseExpression(source: string): Expression {
  if (source.length > longestExpression)
    throw new PromqlError(`an expression has at most ${longestExpression} characters`)
  const cursor = cursorOf(tokensOf(source))
  const expression = parseBinary(cursor, 0)
  if (cursor.peek().kind !== 'end') unexpected(cursor.peek())
  return expression
}

function cursorOf(tokens: readonly Token[]): Cursor & { depth: number } {
  let at = 0
  const last = tokens.at(-1) as Token
  const peek = () => tokens[at] ?? last
  return {
    depth: 0,
    peek,
    next: () => tokens[at++] ?? last,
    take: (...texts) => {
      const token = peek()
      if (token.kind === 'text' || !texts.includes(token.text)) return undefined
      at += 1
      return token.text
    },
    expect(text) {
      const token = peek()
      if (token.kind === 'text' || token.text !== text) unexpected(token, text)
      at += 1
    },
  }
}

type DeepCursor = ReturnType<typeof cursorOf>

export function unexpected(token: Token, expected?: string): never {
  const wanted = expected === undefined ? '' : `, expected ${expected}`
  throw new PromqlError(`unexpected ${token.text} at ${token.at}${wanted}`)
}

function parseBinary(cursor: DeepCursor, level: number): Expression {
  const operators = precedence[level]
  if (operators === undefined) return parseUnary(cursor)
  if ((cursor.depth += 1) > deepest * precedence.length) throw new PromqlError('the expression is nested too deeply')
  let left = parseBinary(cursor, level + 1)
  for (;;) {
    const operator = cursor.take(...operators) as BinaryOperator | undefined
    if (operator === undefined) break
    const { isBool, matching } = parseModifiers(cursor, operator)
    left = { kind: 'binary', operator, left, right: parseBinary(cursor, level + 1), isBool, matching }
  }
  cursor.depth -= 1
  return left
}

function parseModifiers(cursor: Cursor, operator: BinaryOperator): { isBool: boolean; matching: Matching | undefined } {
  const isBool = cursor.take('bool') !== undefined
  if (isBool && !(comparisons as readonly string[]).includes(operator)) {
    throw new PromqlError('bool belongs to a comparison')
  }
  const kind = cursor.take('on', 'ignoring') as Matching['kind'] | undefined
  const matching = kind === undefined ? undefined : { kind, labels: parseLabels(cursor) }
  const many = cursor.take('group_left', 'group_right')
  if (many !== undefined) throw new PromqlError(`${many} is not supported`)
  return { isBool, matching }
}

function parseUnary(cursor: DeepCursor): Expression {
  const sign = cursor.take('-', '+')
  if (sign === undefined) return parsePower(cursor)
  if ((cursor.depth += 1) > deepest * precedence.length) throw new PromqlError('the expression is nested too deeply')
  const of = parseUnary(cursor)
  cursor.depth -= 1
  return sign === '-' ? { kind: 'negate', of } : of
}

/** Binds tighter than a sign before it, and to the right. */
function parsePower(cursor: DeepCursor): Expression {
  const left = parsePostfix(cursor)
  if (cursor.take('^') === undefined) return left
  const { matching } = parseModifiers(cursor, '^')
  return { kind: 'binary', operator: '^', left, right: parseUnary(cursor), isBool: false, matching }
}

function parsePostfix(cursor: DeepCursor): Expression {
  let expression = parsePrimary(cursor)
  while (cursor.take('[') !== undefined) {
    const rangeMs = durationOf(cursor.next())
    if (cursor.take(':') === undefined) {
      cursor.expect(']')
      if (expression.kind !== 'selector' || expression.rangeMs !== undefined) {
        throw new PromqlError('a range follows a selector; a subquery has a colon, such as [5m:1m]')
      }
      expression = { ...expression, rangeMs }
    } else {
      const stepMs = cursor.peek().kind === 'duration' ? durationOf(cursor.next()) : 60_000
      cursor.expect(']')
      expression = { kind: 'subquery', of: expression, rangeMs, stepMs, offsetMs: 0 }
    }
  }
  if (cursor.take('offset') === undefined) return expression
  if (expression.kind !== 'selector' && expression.kind !== 'subquery')
    throw new PromqlError('offset follows a selector')
  const sign = cursor.take('-') === undefined ? 1 : -1
  return { ...expression, offsetMs: sign * durationOf(cursor.next()) }
}

function durationOf(token: Token): number {
  const ms = token.kind === 'duration' ? parseDuration(token.text) : undefined
  if (ms === undefined || ms === 0) unexpected(token, 'a duration such as 5m')
  return ms
}

function parsePrimary(cursor: DeepCursor): Expression {
  const token = cursor.peek()
  if (token.kind === 'symbol' && token.text === '{') return parseSelector(cursor)
  cursor.next()
  if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
  if (token.kind === 'symbol' && token.text === '(') {
    const inner = parseBinary(cursor, 0)
    cursor.expect(')')
    return inner
  }
  if (token.kind !== 'word') unexpected(token, 'an expression')
  if (/^(?:inf|nan)$/i.test(token.text)) {
    return { kind: 'number', value: /^i/i.test(token.text) ? Infinity : Number.NaN }
  }
  const { text } = cursor.peek()
  const isAggregation = (aggregations as readonly string[]).includes(token.text)
  if (isAggregation && ['(', 'by', 'without'].includes(text)) return parseAggregate(cursor, token.text as Aggregation)
  if (text === '(') return parseCall(cursor, token.text)
  return parseSelector(cursor, token.text)
}

function parseAggregate(cursor: DeepCursor, operator: Aggregation): Expression {
  const before = parseGrouping(cursor)
  cursor.expect('(')
  const of = parseBinary(cursor, 0)
  cursor.expect(')')
  const grouping = before ?? parseGrouping(cursor) ?? { kind: 'by', labels: [] }
  return { kind: 'aggregate', operator, of, grouping }
}

function parseGrouping(cursor: Cursor): Grouping | undefined {
  const kind = cursor.take('by', 'without') as Grouping['kind'] | undefined
  return kind === undefined ? undefined : { kind, labels: parseLabels(cursor) }
}

function parseLabels(cursor: Cursor): string[] {
  cursor.expect('(')
  const labels: string[] = []
  while (cursor.take(')') === undefined) {
    const token = cursor.next()
    if (token.kind !== 'word') unexpected(token, 'a label')
    labels.push(token.text)
    if (cursor.take(',') === undefined) {
      cursor.expect(')')
      break
    }
  }
  return labels
}

function parseCall(cursor: DeepCursor, name: string): Expression {
  if (!functionNames.has(name)) throw new PromqlError(`the function ${name} is not supported`)
  cursor.expect('(')
  const args: Expression[] = []
  while (cursor.take(')') === undefined) {
    args.push(parseBinary(cursor, 0))
    if (cursor.take(',') === undefined) {
      cursor.expect(')')
      break
    }
  }
  return { kind: 'call', name, args }
}

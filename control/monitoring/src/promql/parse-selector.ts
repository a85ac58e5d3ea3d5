import { compilePattern } from './patterns.ts'
import { PromqlError, type Matcher, type Selector } from './syntax.ts'
import type { Token } from './tokens.ts'

/** Where the parser is in the tokens. */
export interface Cursor {
  readonly peek: () => Token
  readonly next: () => Token
  /** Takes the next token if it is one of these, and returns it. */
  readonly take: (...texts: readonly string[]) => string | undefined
  /** @throws PromqlError if the next token is another one */
  readonly expect: (text: string) => void
}

/** Reads `name{label="value"}`, of which one part can be missing. @throws PromqlError if it would select every series */
export function parseSelector(cursor: Cursor, name?: string): Selector {
  const matchers: Matcher[] = name === undefined ? [] : [{ name: '__name__', operator: '=', value: name }]
  if (cursor.take('{') !== undefined) {
    while (cursor.take('}') === undefined) {
      matchers.push(parseMatcher(cursor))
      if (cursor.take(',') === undefined) {
        cursor.expect('}')
        break
      }
    }
  }
  if (!matchers.some(({ operator, value }) => !operator.startsWith('!') && value !== '' && value !== '.*')) {
    throw new PromqlError('a selector needs a condition that an empty label does not meet')
  }
  return { kind: 'selector', matchers, offsetMs: 0 }
}

function parseMatcher(cursor: Cursor): Matcher {
  const label = cursor.next()
  if (label.kind !== 'word') throw new PromqlError(`unexpected ${label.text} at ${label.at}, expected a label`)
  const operator = cursor.take('=', '!=', '=~', '!~') as Matcher['operator'] | undefined
  if (operator === undefined) throw new PromqlError(`the label ${label.text} is not compared with =, !=, =~ or !~`)
  const value = cursor.next()
  if (value.kind !== 'text') throw new PromqlError(`unexpected ${value.text} at ${value.at}, expected a text in quotes`)
  if (operator.endsWith('~')) compilePattern(value.text)
  return { name: label.text, operator, value: value.text }
}

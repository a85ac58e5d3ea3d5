import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fragment, identifier, joinFragments, quoteLiteral } from './fragment.ts'
import { bindTemplate } from './statement.ts'

const bind = (strings: TemplateStringsArray, ...values: unknown[]) => {
  const { statement, values: parameters } = bindTemplate(strings, values)
  return [statement.text, parameters]
}

test('every value becomes a parameter in its order', () => {
  expect(bind`select ${1}, ${'a'}, ${null}`).toEqual(['select $1, $2, $3', [1, 'a', null]])
})

test('nested fragments are spliced with parameters numbered through', () => {
  const inner = fragment`b = ${2} and ${fragment`c = ${3}`}`
  expect(bind`where a = ${1} and ${inner} and d = ${4}`).toEqual([
    'where a = $1 and b = $2 and c = $3 and d = $4',
    [1, 2, 3, 4],
  ])
})

test('an empty fragment and a join of none add nothing', () => {
  expect(bind`select 1${fragment``}${joinFragments([], ', ')}`).toEqual(['select 1', []])
})

test('fragments are joined by the separator', () => {
  const sets = [fragment`a = ${1}`, fragment`b = ${2}`]
  expect(bind`update t set ${joinFragments(sets, ', ')} where id = ${3}`).toEqual([
    'update t set a = $1, b = $2 where id = $3',
    [1, 2, 3],
  ])
})

test('a template keeps its prepared statement, and equal texts share one', () => {
  const one = (id: number) => bindTemplateOf`select ${id}`
  const bindTemplateOf = (strings: TemplateStringsArray, ...values: unknown[]) =>
    bindTemplate(strings, values).statement
  expect(one(1)).toBe(one(2))
  expect(bindTemplateOf`select ${fragment`${1}`}`).toBe(one(3))
  expect(one(1).name).not.toBe('')
})

test('texts beyond the limit are run unprepared', () => {
  const names = Array.from(
    { length: 600 },
    (_, n) => bindTemplate(templateOf(`select ${n} as unprepared`), []).statement.name,
  )
  expect(names.at(-1)).toBe('')
})

test('names are quoted whatever they hold', () => {
  expect(bind`select * from ${identifier('a"b.c')}`).toEqual(['select * from "a""b.c"', []])
  expect(() => identifier('a\0')).toThrow(TypeError)
})

test('a literal ends only at its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", '\\', 'a', ' ') }), (text) => {
      const quoted = quoteLiteral(text)
      const isEscaped = quoted.startsWith(' E')
      const inside = quoted.slice(isEscaped ? 3 : 1, -1)
      const read = isEscaped ? inside.replaceAll(/''|\\\\/g, (pair) => pair.slice(1)) : inside.replaceAll("''", "'")
      expect(read).toBe(text)
      expect(inside.replaceAll(isEscaped ? /''|\\\\/g : /''/g, '')).not.toMatch(isEscaped ? /['\\]/ : /'/)
    }),
  )
})

function templateOf(text: string): TemplateStringsArray {
  return Object.assign([text], { raw: [text] })
}

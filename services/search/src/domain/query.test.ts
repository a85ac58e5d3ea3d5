import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEmpty, parseQuery, textOf, withWords } from './query.ts'

test('reads words, phrases, exclusions and alternatives', () => {
  expect(parseQuery('green OR black "first flush" -matcha -"iced tea" Darjeeling')).toEqual({
    groups: [['green', 'black'], ['darjeeling']],
    phrases: ['first flush'],
    excluded: ['matcha', 'iced tea'],
  })
})

test('folds case and accents, and separates words at everything but letters and digits', () => {
  expect(parseQuery('MATÉ gyo-3').groups).toEqual([['mate'], ['gyo'], ['3']])
})

test('takes OR without two words as nothing, and a hyphen inside a word as no exclusion', () => {
  expect(parseQuery('OR tea OR')).toEqual({ groups: [['tea']], phrases: [], excluded: [] })
  expect(parseQuery('tea OR -green')).toEqual({ groups: [['tea']], phrases: [], excluded: ['green'] })
  expect(parseQuery('earl-grey').excluded).toEqual([])
})

test('takes an unfinished quotation as a phrase, and one word in quotation marks as a word', () => {
  expect(parseQuery('"earl grey')).toEqual({ groups: [], phrases: ['earl grey'], excluded: [] })
  expect(parseQuery('"sencha"')).toEqual({ groups: [['sencha']], phrases: [], excluded: [] })
})

test('asks for nothing without a word that must match', () => {
  for (const text of ['!!!', '', '-tea', '"" | & :*']) expect(isEmpty(parseQuery(text))).toBe(true)
})

test('is parsed again from its text, whatever the query', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
      const query = parseQuery(text)
      expect([...query.groups.flat(), ...query.phrases, ...query.excluded].join(' ')).toMatch(/^[\p{L}\p{N} ]*$/u)
      expect(parseQuery(textOf(query))).toEqual(query)
    }),
  )
})

test('replaces words', () => {
  expect(textOf(withWords(parseQuery('grene tea -iced'), new Map([['grene', 'green']])))).toBe('green tea -iced')
})

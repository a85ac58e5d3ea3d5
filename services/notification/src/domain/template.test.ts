import { expect, test } from 'vitest'
import { defaultTemplates } from './default-templates.ts'
import { findMissing, isReadable, variablesOf, word } from './template.ts'

const wording = { subject: 'Order {{orderNumber}}', body: 'Hello {{ name }}, {{orderNumber}} is on its way.' }

test('a message is worded with its variables', () => {
  expect(word(wording, { orderNumber: 'S-1', name: 'Ada' })).toEqual({
    subject: 'Order S-1',
    body: 'Hello Ada, S-1 is on its way.',
  })
  expect(variablesOf(wording)).toEqual(['orderNumber', 'name'])
})

test('nothing is sent with a hole in it', () => {
  expect(findMissing(wording, { name: 'Ada' })).toBe('orderNumber')
  expect(() => word(wording, { name: 'Ada' })).toThrow(/orderNumber/)
})

test('a value neither fills another placeholder nor breaks the subject’s line', () => {
  const worded = word(wording, { orderNumber: 'S-1\r\nBcc: eve', name: '{{orderNumber}}' })
  expect(worded.subject).toBe('Order S-1 Bcc: eve')
  expect(worded.body).toContain('Hello {{orderNumber}},')
})

test('a template with braces that hold no name cannot be read', () => {
  expect(isReadable(wording)).toBe(true)
  for (const body of ['{{', '{{1a}}', '{{a b}}', 'a }}']) expect(isReadable({ subject: 's', body })).toBe(false)
})

test('every kind has its words in English and German, with the same variables', () => {
  const kinds = [...new Set(defaultTemplates.map(({ kind }) => kind))]
  for (const kind of kinds) {
    const of = (locale: string) => defaultTemplates.find((each) => each.kind === kind && each.locale === locale)
    const [english, german] = [of('en'), of('de')]
    expect(english === undefined || german === undefined ? undefined : variablesOf(german).toSorted(), kind).toEqual(
      english === undefined ? undefined : variablesOf(english).toSorted(),
    )
    for (const each of [english, german]) expect(each !== undefined && isReadable(each), kind).toBe(true)
  }
})

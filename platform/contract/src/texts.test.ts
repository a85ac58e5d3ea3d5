import fc from 'fast-check'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { keyText, nameText, noteText, withPortablePatterns } from './texts.ts'

const kinds = {
  name: nameText(60),
  'optional name': nameText(60, 0),
  note: noteText(60),
  'optional note': noteText(60, 0),
  key: keyText(60),
  'short key': keyText(5),
}
const patternOf = (schema: unknown) => (schema as { readonly pattern: string }).pattern

/** Texts of all planes, with many blanks and controls. */
const texts = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u200b', '\u202e', '\u{1f3f4}', '\u{e0067}', 'a', '-'),
  ),
  maxLength: 12,
})

test.each(Object.entries(kinds))(
  'documents show a pattern of a %s that every engine knows and that refuses no good text',
  (_, schema) => {
    const portable = patternOf(withPortablePatterns(schema))
    // no property, no code point beyond 16 bits, nothing that only the mode "u" or "v" of ECMAScript understands
    expect(portable).not.toMatch(/\\[pP]|\\u\{/)
    const [own, shown] = [new RegExp(patternOf(schema), 'u'), new RegExp(portable)]
    fc.assert(
      fc.property(texts, (text) => !own.test(text) || shown.test(text)),
      { numRuns: 5_000 },
    )
  },
)

test('the keys of a record are patterns too', () => {
  const record = JSON.stringify(withPortablePatterns(Type.Record(keyText(60), nameText(100))))
  expect(record).not.toMatch(/\\\\[pP]/)
  expect(record).toContain('patternProperties')
})

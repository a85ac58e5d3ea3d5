import { nameText, noteText } from '@stoa/contract'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { makeValidator } from './validation.ts'

const named = makeValidator(Type.Object({ name: nameText(20) }))

test.each([
  'Ada',
  'Ōe 健三郎',
  'عائشة',
  "O'Neil <b>",
  '👩‍👩‍👧',
  'Zoë\u0308',
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} Tea',
  '\u200dक्\u200dष',
  '葛\u{e0100}城',
])('takes %s as a name', (name) => {
  expect(named.errors({ name })).toEqual([])
})

test.each([
  ['a line feed', 'Ada\nBcc: all'],
  ['an escape', 'Ada \u001b[31m'],
  ['a C1 control', 'Ada \u009b31m'],
  ['a delete', 'Ada\u007f'],
  ['a line separator', 'Ada\u2028x'],
  ['a direction override', 'Ada \u202egnp.exe'],
  ['a direction isolate', 'Ada \u2067x'],
  ['a direction mark', 'Ada \u200fx'],
  ['nothing but blanks', ' \u00a0\u3000'],
  ['a noncharacter', 'Ada\u{1fffe}'],
  ['a tag', 'Ada\u{e0041}'],
  [
    'a hidden text behind a flag',
    'Ada \u{1f3f4}\u{e0069}\u{e0067}\u{e006e}\u{e006f}\u{e0072}\u{e0065}\u{e007f}\u{e0061}',
  ],
])('refuses %s in a name', (_, name) => {
  expect(named.errors({ name })).toEqual([
    { pointer: '/name', detail: 'must contain a visible character, and no control characters' },
  ])
})

// From the Unicode data of this Node, so that a newer version is followed.
const invisible = Array.from({ length: 0xe1000 }, (_, code) => (code < 0xd800 || code > 0xdfff ? code : 0))
  .map((code) => String.fromCodePoint(code))
  .filter((text) =>
    /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Bidi_Control}\p{Mn}\p{Me}\u2800]$/u.test(text),
  )

test('refuses every character that shows nothing, as a name, as a note and as an optional line', () => {
  expect(invisible.length).toBeGreaterThan(4_000)
  const noteOrLine = makeValidator(Type.Object({ note: noteText(40), line2: nameText(20, 0) }))
  const taken = invisible.filter(
    (one) => named.check({ name: one + one }) || noteOrLine.errors({ note: one, line2: one }).length < 2,
  )
  expect(taken.map((one) => one.codePointAt(0)?.toString(16))).toEqual([])
})

test.each(['\u200b', '\u0301', '\ufe0f', '\u{e0100}', ' \u{1f3f4}'])('judges %j many times in one pass', (blank) => {
  const long = makeValidator(Type.Object({ name: nameText(1_000_000) }))
  expect(long.check({ name: `${blank.repeat(100_000)}\u0007` })).toBe(false)
  expect(long.check({ name: `${blank.repeat(100_000)}a` })).toBe(true)
})

const noted = makeValidator(Type.Object({ note: noteText(40), line2: Type.Optional(nameText(20, 0)) }))

test('takes a note of several lines, and an optional line that is empty', () => {
  expect(noted.errors({ note: 'Too large.\r\n\tAnd too dear.', line2: '' })).toEqual([])
})

test.each([{ note: '\n \t' }, { note: 'a\u0007' }, { note: 'a\u202eb' }, { note: 'a', line2: '  ' }])(
  'refuses %j',
  (value) => {
    expect(noted.errors(value)).toHaveLength(1)
  },
)

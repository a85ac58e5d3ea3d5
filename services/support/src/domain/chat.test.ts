import { expect, test } from 'vitest'
import { authorOf, decideSay, mostChatMessages, otherAuthor } from './chat.ts'

const open = { status: 'open', lastSequence: 4 } as const
const said = { text: 'hello', known: undefined }

test('numbers the messages of an open conversation one after the other', () => {
  expect(decideSay(open, said)).toEqual({ kind: 'stored', sequence: 5 })
  expect(decideSay({ ...open, lastSequence: 0 }, said)).toEqual({ kind: 'stored', sequence: 1 })
})

test('stores a message that is sent again once, also if the conversation was closed meanwhile', () => {
  const again = { text: 'hello', known: { sequence: 3, text: 'hello' } }
  expect(decideSay(open, again)).toEqual({ kind: 'known', sequence: 3 })
  expect(decideSay({ status: 'closed', lastSequence: 4 }, again)).toEqual({ kind: 'known', sequence: 3 })
})

test('refuses another text with the same id', () => {
  expect(decideSay(open, { text: 'bye', known: { sequence: 3, text: 'hello' } })).toEqual({ kind: 'reused' })
})

test('refuses a message to a closed or full conversation', () => {
  expect(decideSay({ status: 'closed', lastSequence: 4 }, said)).toEqual({ kind: 'closed' })
  expect(decideSay({ status: 'open', lastSequence: mostChatMessages }, said)).toEqual({ kind: 'full' })
})

test('the customer is one side, everyone else the other', () => {
  expect([authorOf('ada', 'ada'), authorOf('grace', 'ada')]).toEqual(['customer', 'staff'])
  expect([otherAuthor('customer'), otherAuthor('staff')]).toEqual(['staff', 'customer'])
})

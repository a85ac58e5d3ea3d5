import type { ChatMessage } from '@stoa/contracts/support/chat-resources'
import { expect, test } from 'vitest'
import { emptyLog, lastOf, withMessage, withoutUnsent, withUnsent } from './chat-log.ts'

const message = (sequence: number, author: ChatMessage['author'], clientMessageId = `c${sequence}`) =>
  ({ sequence, author, clientMessageId, text: `text ${sequence}` }) as ChatMessage

test('a message that arrives again after a reconnect is shown once', () => {
  const log = [message(1, 'customer'), message(2, 'staff'), message(2, 'staff'), message(1, 'customer')].reduce(
    withMessage,
    emptyLog,
  )
  expect(log.messages.map(({ sequence }) => sequence)).toEqual([1, 2])
  expect(lastOf(log)).toBe(2)
  expect(lastOf(emptyLog)).toBe(0)
})

test('a message is sent again until it is acknowledged, or until it has come back', () => {
  const sent = [
    { clientMessageId: 'a', text: 'one' },
    { clientMessageId: 'b', text: 'two' },
  ].reduce(withUnsent, emptyLog)
  expect(withoutUnsent(sent, 'a').unsent.map(({ text }) => text)).toEqual(['two'])
  expect(withMessage(sent, message(1, 'staff', 'b')).unsent.map(({ text }) => text)).toEqual(['one'])
  // the ids of the other side are its own
  expect(withMessage(sent, message(1, 'customer', 'b')).unsent).toHaveLength(2)
})

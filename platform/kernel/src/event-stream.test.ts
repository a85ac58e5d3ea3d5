import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventStreamParser, type StreamEvent } from './event-stream.ts'

function parsed(...pieces: string[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const parser = eventStreamParser((event) => void events.push(event))
  for (const piece of pieces) parser.write(piece)
  return events
}

test('reads name, id and data', () => {
  expect(parsed('event: change\nid: 43\ndata: {"a":1}\n\n')).toEqual([{ event: 'change', id: '43', data: '{"a":1}' }])
})

test('an event without a name is a message, and keeps the last id', () => {
  expect(parsed('id: 7\ndata: a\n\ndata: b\n\n')).toEqual([
    { event: 'message', id: '7', data: 'a' },
    { event: 'message', id: '7', data: 'b' },
  ])
})

test('joins lines of data, takes one space only, and passes over comments and unknown fields', () => {
  expect(parsed(': hello\nwhat\nretry: 5\ndata:a\ndata:  b\ndata\n\n')).toEqual([
    { event: 'message', id: '', data: 'a\n b\n' },
  ])
})

test('an event without data is none', () => {
  expect(parsed('event: change\n\ndata: a\n\n')).toEqual([{ event: 'message', id: '', data: 'a' }])
})

test('what has not ended is not told', () => {
  expect(parsed('data: a\n\ndata: b\n')).toHaveLength(1)
})

test('passes over a byte order mark at the beginning only', () => {
  expect(parsed('', '\uFEFFdata: a\n\n', 'data: \uFEFFb\n\n').map((event) => event.data)).toEqual(['a', '\uFEFFb'])
})

test('refuses an event without end', () => {
  const parser = eventStreamParser(() => undefined)
  const line = `data: ${'x'.repeat(1_024 * 1_024)}\n`
  expect(() => {
    for (let i = 0; i < 17; i++) parser.write(line)
  }).toThrow(RangeError)
})

test('many events in a row are no long event', () => {
  const parser = eventStreamParser(() => undefined)
  const whole = `data: ${'x'.repeat(1_024 * 1_024)}\n\n`
  expect(() => {
    for (let i = 0; i < 20; i++) parser.write(whole)
  }).not.toThrow()
})

test('reads the same wherever the stream is cut, and whichever line ends it has', () => {
  const line = fc.oneof(
    fc.stringMatching(/^data: ?[a-z: é]{0,8}$/),
    fc.constantFrom('event: change', 'id: 5', 'id', ': note', '', ''),
  )
  const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 20 }), (lines, cuts) => {
      const whole = `${lines.map(([content, end]) => content + end).join('')}data: end\n\n`
      const places = [...new Set(cuts)].filter((place) => place < whole.length).sort((left, right) => left - right)
      const pieces = [0, ...places].map((from, index) => whole.slice(from, places[index] ?? whole.length))
      expect(parsed(...pieces)).toEqual(parsed(whole))
      expect(parsed(...pieces)).toEqual(parsed(whole.replaceAll(/\r\n|\r/g, '\n')))
    }),
  )
})

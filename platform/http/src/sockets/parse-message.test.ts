import { isAppError } from '@stoa/kernel'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { messageParser } from './parse-message.ts'

const parse = messageParser({
  say: Type.Object({ text: Type.String({ maxLength: 5 }) }, { additionalProperties: false }),
})
const read = (text: string, isBinary = false) => parse(Buffer.from(text), isBinary)
const refusal = (text: string, isBinary = false) => {
  const refused = read(text, isBinary)
  if (!isAppError(refused)) throw new Error('the message was taken')
  return [refused.code, ...refused.fields.map(({ pointer }) => pointer)]
}

test('takes a message that fits its schema', () => {
  expect(read('{"type":"say","data":{"text":"hello"}}')).toEqual({ type: 'say', data: { text: 'hello' } })
})

test('names the wrong fields of a message', () => {
  expect(refusal('{"type":"say","data":{"text":"too long"}}')).toEqual(['request.invalid', '/data/text'])
  expect(refusal('{"type":"say","data":{}}')).toEqual(['request.invalid', '/data/text'])
  expect(refusal('{"type":"say"}')[0]).toBe('request.invalid')
  expect(refusal('{"type":"shout","data":{}}')).toEqual(['request.invalid', '/type'])
  expect(refusal('{"type":"toString","data":{}}')).toEqual(['request.invalid', '/type'])
  expect(refusal('{"type":"say","data":{"text":"a"},"id":1}')).toEqual(['request.invalid', '/id'])
})

test('refuses what is not a JSON object in a text', () => {
  for (const text of ['', 'null', '[]', '"say"', '{', '{"__proto__":1}']) {
    expect(refusal(text)).toEqual(['request.malformed'])
  }
  expect(refusal('{"type":"say","data":{"text":"a"}}', true)).toEqual(['request.malformed'])
})

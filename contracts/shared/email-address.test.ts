import { expect, test } from 'vitest'
import { parseEmail } from './email-address.ts'

test.each([
  ['ada@example.org', 'ada@example.org'],
  ['Ada.Lovelace+x@Example.ORG', 'Ada.Lovelace+x@example.org'],
  ['ada@localhost', 'ada@localhost'],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ['ada@BÜCHER.Example', 'ada@xn--bcher-kva.example'],
  ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
  ['ada@XN--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah'],
  ['ada@ｅｘａｍｐｌｅ.org', 'ada@example.org'],
  ['ada@exam\u00adple.org', 'ada@example.org'],
  ['ada@faß.example', 'ada@xn--fa-hia.example'],
])('%s is stored as %s', (text, stored) => {
  expect(parseEmail(text)).toBe(stored)
})

test.each([
  'dörte@example.org',
  '用户@例え.テスト',
  '"ada lovelace"@example.org',
  '"a\r\nBcc: x"@example.org',
  'ada@[127.0.0.1]',
  'ada@127.0.0.1',
  'ada@0x7f.1',
  'ada@１２７.０.０.１',
  'ada@ex%61mple.org',
  'ada@example.org.',
  'ada@-example.org',
  `ada@${'a'.repeat(64)}.example`,
  `${'a'.repeat(65)}@example.org`,
  `ada@${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'ü'.repeat(60)}.example`,
  'ada@ex ample.org',
  'ada@example.org:25',
  '@example.org',
  'ada',
  '',
])('%j cannot be mailed to', (text) => {
  expect(parseEmail(text)).toBeUndefined()
})

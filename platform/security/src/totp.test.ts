import { expect, test } from 'vitest'
import { makeTotpSecret, toBase32, totpCode, totpStepAt, totpUri } from './totp.ts'

/** The secret of the vectors in RFC 4226 and RFC 6238. */
const secret = toBase32(Buffer.from('12345678901234567890'))

test.each([
  ['1970-01-01T00:00:59Z', '94287082'],
  ['2005-03-18T01:58:29Z', '07081804'],
  ['2005-03-18T01:58:31Z', '14050471'],
  ['2009-02-13T23:31:30Z', '89005924'],
  ['2033-05-18T03:33:20Z', '69279037'],
  ['2603-10-11T11:33:20Z', '65353130'],
])('the code at %s ends as that of RFC 6238, appendix B', (at, eightDigits) => {
  expect(totpCode(secret, totpStepAt(Temporal.Instant.from(at)))).toBe(eightDigits.slice(2))
})

const hotp = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']

test.each([...hotp.entries()])('the code of counter %i is that of RFC 4226, appendix D', (counter, code) => {
  expect(totpCode(secret, counter)).toBe(code)
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of "%s" is that of RFC 4648, section 10, without padding', (text, base32) => {
  expect(toBase32(Buffer.from(text))).toBe(base32)
})

test('a secret has 160 bits, another each time, and one that is not base32 is refused', () => {
  expect(makeTotpSecret()).toMatch(/^[A-Z2-7]{32}$/)
  expect(makeTotpSecret()).not.toBe(makeTotpSecret())
  expect(() => totpCode('not base32', 1)).toThrow(RangeError)
})

test('the address for apps names issuer and account, escaped', () => {
  expect(totpUri('ABC', { issuer: 'Tea & Co', account: 'ada+x@stoa.example' })).toBe(
    'otpauth://totp/Tea%20%26%20Co:ada%2Bx%40stoa.example?secret=ABC&issuer=Tea%20%26%20Co&algorithm=SHA1&digits=6&period=30',
  )
})

import { expect, test } from 'vitest'
import { parseCacheControl } from './cache-control.ts'
import { isFor, isFresh, isStorable, isUsableOnError, isUsableWhileAsked, storedAnswer } from './stored-answer.ts'

const at = { askedAtMs: 1_000_000, answeredAtMs: 1_000_000 }
const kept = (headers: readonly string[], request = {}, exchanged = at) =>
  storedAnswer({ status: 200, headers, body: Buffer.from('{}') }, request, exchanged)
const freshFor = (headers: readonly string[], wanted = '') => {
  const answer = kept(headers)
  const directives = parseCacheControl(wanted)
  // the whole seconds after it came for which it is fresh
  let seconds = 0
  while (seconds < 1_000 && isFresh(answer, directives, at.answeredAtMs + seconds * 1_000)) seconds++
  return seconds
}

test.each([
  ['max-age=60', 200, true],
  ['public, s-maxage=5', 200, true],
  ['no-cache', 200, true],
  ['max-age=60', 404, true],
  ['max-age=60', 500, false],
  ['max-age=60', 206, false],
  ['max-age=60, private', 200, false],
  ['max-age=60, private="set-cookie"', 200, false],
  ['max-age=60, no-store', 200, false],
  ['public', 200, false],
])('Cache-Control: %s on a %i can be kept: %s', (field, status, isKept) => {
  expect(isStorable(status, ['Cache-Control', field])).toBe(isKept)
})

test('what varies with everything, or sets a cookie, is not kept', () => {
  expect(isStorable(200, ['cache-control', 'max-age=1', 'vary', 'accept, *'])).toBe(false)
  expect(isStorable(200, ['cache-control', 'max-age=1', 'set-cookie', 'a=b'])).toBe(false)
})

test.each([
  [['cache-control', 'max-age=60'], '', 60],
  [['cache-control', 'max-age=60, s-maxage=10'], '', 10],
  [['cache-control', 'max-age="30"'], '', 30],
  [['cache-control', 'max-age=60, max-age=5'], '', 60],
  [['cache-control', 'max-age=x'], '', 0],
  [['cache-control', 'max-age=60, no-cache'], '', 0],
  [['cache-control', 'max-age=60', 'age', '20'], '', 40],
  [['cache-control', 'max-age=60'], 'max-age=10', 11],
  [['cache-control', 'max-age=60'], 'min-fresh=50', 10],
  [['cache-control', 'max-age=60'], 'no-cache', 0],
  [['date', 'Fri, 31 Dec 2100 00:00:00 GMT', 'expires', 'Fri, 31 Dec 2100 00:00:30 GMT'], '', 30],
  [['date', 'Fri, 31 Dec 2100 00:00:00 GMT', 'expires', '0'], '', 0],
])('%j is fresh for a request with "%s" for %i s', (headers, wanted, seconds) => {
  expect(freshFor(headers, wanted)).toBe(seconds)
})

test('the time that asking took counts as age', () => {
  const answer = kept(['cache-control', 'max-age=60', 'age', '10'], {}, { askedAtMs: 0, answeredAtMs: 20_000 })
  expect(isFresh(answer, parseCacheControl(''), 20_000 + 29_000)).toBe(true)
  expect(isFresh(answer, parseCacheControl(''), 20_000 + 30_000)).toBe(false)
})

test.each([
  ['max-age=1, stale-while-revalidate=10', '', 10, true],
  ['max-age=1, stale-while-revalidate=10', '', 11, false],
  ['max-age=1, stale-while-revalidate=10', 'max-age=5', 3, false],
  ['max-age=1, stale-while-revalidate=10, must-revalidate', '', 3, false],
  ['s-maxage=1, stale-while-revalidate=10', '', 3, false],
  ['max-age=1', '', 1, false],
])('%s is given to a request with "%s" after %i s: %s', (field, wanted, seconds, isGiven) => {
  const answer = kept(['cache-control', field])
  expect(isUsableWhileAsked(answer, parseCacheControl(wanted), at.answeredAtMs + seconds * 1_000)).toBe(isGiven)
})

test('an answer outlives those who give it for as long as it says', () => {
  const answer = kept(['cache-control', 'max-age=1, stale-if-error=10'])
  expect(isUsableOnError(answer, at.answeredAtMs + 10_999)).toBe(true)
  expect(isUsableOnError(answer, at.answeredAtMs + 11_000)).toBe(false)
})

test('an answer is for requests with the same fields as the one it was made for', () => {
  const answer = kept(['cache-control', 'max-age=1', 'Vary', 'Accept-Language, accept'], { 'accept-language': 'de' })
  expect(isFor(answer, { 'accept-language': 'de', 'user-agent': 'x' })).toBe(true)
  expect(isFor(answer, { 'accept-language': 'en' })).toBe(false)
  expect(isFor(answer, { 'accept-language': 'de', accept: '*/*' })).toBe(false)
})

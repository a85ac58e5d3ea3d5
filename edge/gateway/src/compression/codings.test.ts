import { expect, test } from 'vitest'
import { chosenCoding, isEncodable } from './codings.ts'

test.each([
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['BR ; Q=0.8', 'br'],
  ['*', 'zstd'],
  ['*, zstd;q=0', 'br'],
  ['gzip;q=0', undefined],
  ['identity', undefined],
  ['deflate', undefined],
  ['gzip;q=nonsense', undefined],
  ['', undefined],
])('Accept-Encoding: %s chooses %s', (accepted, coding) => {
  expect(chosenCoding(accepted)).toBe(coding)
})

const json = ['Content-Type', 'application/json; charset=utf-8']

test('what is text, large enough and not encoded yet is encoded', () => {
  for (const more of [[], ['content-length', '1400'], ['etag', 'W/"a"']])
    expect(isEncodable(200, [...json, ...more])).toBe(true)
  for (const type of ['text/html', 'application/problem+json', 'image/svg+xml', 'application/schema+json'])
    expect(isEncodable(200, ['content-type', type]), type).toBe(true)
})

test('what is small, a stream, encoded, a part, tagged by its bytes or not to be changed is sent as it is', () => {
  for (const more of [
    ['content-length', '1399'],
    ['etag', '"2"'],
    ['content-encoding', 'gzip'],
    ['content-range', 'bytes 0-1/2'],
    ['cache-control', 'public, no-transform'],
  ])
    expect(isEncodable(200, [...json, ...more]), more[0]).toBe(false)
  for (const type of ['text/event-stream', 'image/png', 'application/octet-stream'])
    expect(isEncodable(200, ['content-type', type]), type).toBe(false)
  expect(isEncodable(200, [])).toBe(false)
  for (const status of [204, 206, 304, 404]) expect(isEncodable(status, json)).toBe(false)
})

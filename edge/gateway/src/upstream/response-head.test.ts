import { expect, test } from 'vitest'
import { bodyDecoder } from './body-decoder.ts'
import { BadResponse, parseResponseHead } from './response-head.ts'

const parse = (lines: string[], method = 'GET') => parseResponseHead(lines.join('\r\n'), method)

test('hop-by-hop headers and those that Connection names are left out', () => {
  const { headers } = parse([
    'HTTP/1.1 200 OK',
    'Content-Length: 3',
    'Connection: keep-alive, X-Secret',
    'X-Secret: 1',
    'Keep-Alive: timeout=5',
    'ETag: "1"',
  ])
  expect(headers).toEqual(['Content-Length', '3', 'ETag', '"1"'])
})

test('the framing follows RFC 9112', () => {
  expect(parse(['HTTP/1.1 200 OK', 'Content-Length: 3']).framing).toEqual({ kind: 'length', sizeBytes: 3 })
  expect(parse(['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked']).framing).toEqual({ kind: 'chunked' })
  expect(parse(['HTTP/1.1 204 No Content', 'Content-Length: 3']).framing).toEqual({ kind: 'none' })
  expect(parse(['HTTP/1.1 200 OK', 'Content-Length: 3'], 'HEAD').framing).toEqual({ kind: 'none' })
  expect(parse(['HTTP/1.1 200 OK']).framing).toEqual({ kind: 'close' })
})

test('an answer with an unclear length or a bad line is refused', () => {
  for (const lines of [
    ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked'],
    ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 4'],
    ['HTTP/1.1 200 OK', 'Content-Length: +3'],
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip'],
    ['HTTP/1.1 200 OK', 'A : 1'],
    ['HTTP/1.1 200 OK', ' folded'],
    ['HTTP/1.1 200 OK', 'A: 1\n2'],
    ['HTTP/2 200'],
    ['HTTP/1.1 20'],
  ]) {
    expect(() => parse(lines), lines.join('|')).toThrow(BadResponse)
  }
})

function decode(framing: Parameters<typeof bodyDecoder>[0], text: string, sizeBytes: number) {
  let body = ''
  let hasEnded = false
  const decoder = bodyDecoder(framing, (data) => (body += data.toString()))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += sizeBytes) hasEnded = decoder.push(bytes.subarray(at, at + sizeBytes))
  return { body, hasEnded }
}

test('chunks are put together however they arrive', () => {
  const text = '4\r\nWiki\r\n6;a=b\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nTrailer: 1\r\n\r\n'
  for (const size of [1, 2, 3, 7, 1_000]) {
    expect(decode({ kind: 'chunked' }, text, size)).toEqual({ body: 'Wikipedia in \r\n\r\nchunks.', hasEnded: true })
  }
})

test('bad chunks and bytes after the end are refused', () => {
  for (const text of ['x\r\n', '-1\r\n', '4\nWiki', '4\r\nWikip\r\n', '0\r\n\r\nmore', '123456789\r\n']) {
    expect(() => decode({ kind: 'chunked' }, text, 100), text).toThrow(BadResponse)
  }
  expect(() => decode({ kind: 'length', sizeBytes: 2 }, 'abc', 100)).toThrow(BadResponse)
})

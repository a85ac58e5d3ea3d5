import { describe, expect, test } from 'vitest'
import {
  contextFromHeaders,
  formatTraceparent,
  formatTracestate,
  parseTraceparent,
  parseTracestate,
  traceHeaders,
} from './trace-headers.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('traceparent', () => {
  test('reads the examples of the recommendation', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true })
    expect(parseTraceparent(`00-${traceId}-${spanId}-00`)).toEqual({ traceId, spanId, sampled: false })
  })

  test('reads the sampled bit alone from the flags', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)?.sampled).toBe(true)
    expect(parseTraceparent(`00-${traceId}-${spanId}-fe`)?.sampled).toBe(false)
  })

  test('reads what it knows of a later version', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01`)?.traceId).toBe(traceId)
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`)?.spanId).toBe(spanId)
  })

  test('ignores whitespace around the value', () => {
    expect(parseTraceparent(` \t00-${traceId}-${spanId}-01\t `)?.traceId).toBe(traceId)
  })

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['sent twice', [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`]],
    ['two in one', `00-${traceId}-${spanId}-01,00-${traceId}-${spanId}-01`],
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['version with a letter beyond f', `.0-${traceId}-${spanId}-01`],
    ['version of one digit', `0-${traceId}-${spanId}-01`],
    ['version of three digits', `000-${traceId}-${spanId}-01`],
    ['version 00 with more behind it', `00-${traceId}-${spanId}-01-what`],
    ['version 00 with a dash behind it', `00-${traceId}-${spanId}-01-`],
    ['later version with more but no dash', `cc-${traceId}-${spanId}-01.what`],
    ['trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['trace id in upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['trace id with another letter', `00-${traceId.slice(1)}g-${spanId}-01`],
    ['trace id too long', `00-${traceId}0-${spanId}-01`],
    ['trace id too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['span id in upper case', `00-${traceId}-${spanId.toUpperCase()}-01`],
    ['span id too long', `00-${traceId}-${spanId}0-01`],
    ['span id too short', `00-${traceId}-${spanId.slice(1)}-01`],
    ['flags of one digit', `00-${traceId}-${spanId}-1`],
    ['flags of three digits', `00-${traceId}-${spanId}-001`],
    ['flags not hexadecimal', `00-${traceId}-${spanId}-.0`],
    ['no flags', `00-${traceId}-${spanId}`],
    ['underscores', `00_${traceId}_${spanId}_01`],
  ])('refuses one that is malformed: %s', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  test('writes version 00', () => {
    expect(formatTraceparent({ traceId, spanId, sampled: true })).toBe(`00-${traceId}-${spanId}-01`)
    expect(formatTraceparent({ traceId, spanId, sampled: false })).toBe(`00-${traceId}-${spanId}-00`)
  })
})

describe('tracestate', () => {
  test('keeps members in order, over several headers', () => {
    expect(parseTracestate(['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'foo=1'])).toEqual([
      { key: 'rojo', value: '00f067aa0ba902b7' },
      { key: 'congo', value: 't61rcWkgMzE' },
      { key: 'foo', value: '1' },
    ])
  })

  test('skips empty members and whitespace around them', () => {
    expect(parseTracestate('foo=1 \t , \t bar=2, ,,')).toEqual([
      { key: 'foo', value: '1' },
      { key: 'bar', value: '2' },
    ])
    expect(parseTracestate('')).toEqual([])
  })

  test('takes every character that is allowed', () => {
    const key = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
    const value = '!"#$%&\'()*+-./0123456789:;<>?@ABCXYZ[\\]^_`abcxyz{|}~ a'
    expect(parseTracestate(`${key}=${value}`)).toEqual([{ key, value }])
    expect(parseTracestate(`0tenant@vendor=1`)).toEqual([{ key: '0tenant@vendor', value: '1' }])
    expect(parseTracestate(`${'z'.repeat(256)}=1`)).toHaveLength(1)
    expect(parseTracestate(`${'t'.repeat(241)}@${'v'.repeat(14)}=1`)).toHaveLength(1)
    expect(parseTracestate(`foo=${'v'.repeat(256)}`)).toHaveLength(1)
  })

  test('takes 32 members and drops 33', () => {
    const members = (count: number) => Array.from({ length: count }, (_, i) => `bar${i}=${i}`).join(',')
    expect(parseTracestate(members(32))).toHaveLength(32)
    expect(parseTracestate(members(33))).toBeUndefined()
  })

  test.each([
    'foo@=1',
    '@foo=1',
    'foo@@bar=1',
    'foo@bar@baz=1',
    'foo =1',
    'FOO=1',
    'foo.bar=1',
    '1foo=1',
    `${'z'.repeat(257)}=1`,
    `${'t'.repeat(242)}@v=1`,
    `t@${'v'.repeat(15)}=1`,
    'foo=bar=baz',
    'foo=',
    'foo',
    '=1',
    'foo=\u00e4',
    `foo=${'v'.repeat(257)}`,
    'foo=1,foo=1',
    'foo=1,foo=2',
  ])('drops the whole list for %s', (header) => {
    expect(parseTracestate(header)).toBeUndefined()
    expect(parseTracestate(`ok=1,${header}`)).toBeUndefined()
  })

  test('is written as it was read, and not at all when empty', () => {
    expect(formatTracestate(parseTracestate('foo=1, bar=2') ?? [])).toBe('foo=1,bar=2')
    expect(formatTracestate([])).toBeUndefined()
  })
})

describe('a context over the wire', () => {
  test('is what came in', () => {
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'foo=1' }
    const context = contextFromHeaders(headers, { requestId: 'r-1', deadlineMs: 5 })
    expect(context).toMatchObject({ traceId, spanId, sampled: true, requestId: 'r-1', deadlineMs: 5 })
    expect(traceHeaders(context!)).toEqual(headers)
  })

  test('loses a malformed tracestate and keeps the trace', () => {
    const traceparent = `00-${traceId}-${spanId}-01`
    expect(traceHeaders(contextFromHeaders({ traceparent, tracestate: 'foo=1,foo=1' })!)).toEqual({ traceparent })
  })

  test('is absent without a valid traceparent, whatever tracestate says', () => {
    expect(contextFromHeaders({ traceparent: 'nonsense', tracestate: 'foo=1' })).toBeUndefined()
  })
})

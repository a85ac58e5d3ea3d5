import { expect, test } from 'vitest'
import {
  deadlineAfter,
  earlierDeadline,
  formatGrpcTimeout,
  parseDeadline,
  parseGrpcTimeoutMs,
  receivedDeadline,
  remainingMs,
} from './deadline.ts'

test('counts down to nothing and not below', () => {
  const deadline = deadlineAfter(500, 1_000)
  expect([1_000, 1_499, 1_500, 9_000].map((at) => remainingMs(deadline, at))).toEqual([500, 1, 0, 0])
  expect(remainingMs(undefined, 1_000)).toBe(Infinity)
})

test('nested deadlines take the smaller', () => {
  expect(earlierDeadline(5, 7)).toBe(5)
  expect(earlierDeadline(7, 5)).toBe(5)
  expect(earlierDeadline(undefined, 5)).toBe(5)
  expect(earlierDeadline(5, undefined)).toBe(5)
  expect(earlierDeadline(undefined, undefined)).toBeUndefined()
})

test('reads a deadline of digits only', () => {
  expect(parseDeadline('1790000000000')).toBe(1_790_000_000_000)
  for (const text of [undefined, '', '-5', '1e9', '12.5', ' 12', '1234567890123456']) {
    expect(parseDeadline(text)).toBeUndefined()
  }
})

test('reads the units of grpc-timeout', () => {
  expect(['1H', '2M', '3S', '40m', '5000u', '6000000n'].map(parseGrpcTimeoutMs)).toEqual([
    3_600_000, 120_000, 3_000, 40, 5, 6,
  ])
  for (const text of [undefined, '', '5', 'm', '5s', '123456789m', '-1S'])
    expect(parseGrpcTimeoutMs(text)).toBeUndefined()
})

test('writes grpc-timeout in at most eight digits, never shorter than what is left', () => {
  expect(formatGrpcTimeout(0.2)).toBe('1m')
  expect(formatGrpcTimeout(-3)).toBe('0m')
  expect(formatGrpcTimeout(5_000)).toBe('5000m')
  expect(formatGrpcTimeout(99_999_999)).toBe('99999999m')
  expect(formatGrpcTimeout(100_000_000)).toBe('100000S')
  expect(formatGrpcTimeout(100_000_001)).toBe('100001S')
})

test('a request that has come in keeps the time its sender says is left, else the point in time', () => {
  expect(receivedDeadline('2S', '1', 10_000)).toBe(12_000)
  expect(receivedDeadline('2S', '900000', 10_000)).toBe(12_000)
  expect(receivedDeadline(undefined, '11000', 10_000)).toBe(11_000)
  expect(receivedDeadline('soon', '11000', 10_000)).toBe(11_000)
  expect(receivedDeadline(undefined, undefined, 10_000)).toBeUndefined()
})

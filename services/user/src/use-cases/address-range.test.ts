import { expect, test } from 'vitest'
import { addressRange } from './address-range.ts'

test('IPv4 addresses share a /24', () => {
  expect(addressRange('203.0.113.7')).toBe('203.0.113.0/24')
  expect(addressRange('203.0.113.200')).toBe('203.0.113.0/24')
  expect(addressRange('203.0.114.7')).not.toBe('203.0.113.0/24')
})

test('an IPv4 address mapped into IPv6 is in the range of the IPv4 address', () => {
  expect(addressRange('::ffff:203.0.113.7')).toBe('203.0.113.0/24')
})

test('IPv6 addresses share a /56, however they are written', () => {
  expect(addressRange('2001:db8:1:2ff::1')).toBe('2001:db8:1:200::/56')
  expect(addressRange('2001:0DB8:0001:0200:ffff:0:0:1')).toBe('2001:db8:1:200::/56')
  expect(addressRange('2001:db8:1:300::1')).toBe('2001:db8:1:300::/56')
  expect(addressRange('::1')).toBe('0:0:0:0::/56')
  expect(addressRange('64:ff9b::198.51.100.1')).toBe('64:ff9b:0:0::/56')
  expect(addressRange('fe80::1%eth0')).toBe('fe80:0:0:0::/56')
})

test('what is no address is one range', () => {
  expect(addressRange('')).toBe('unknown')
  expect(addressRange('somewhere')).toBe('unknown')
})

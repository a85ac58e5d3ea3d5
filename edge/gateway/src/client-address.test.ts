import { expect, test } from 'vitest'
import { limitedAddress } from './client-address.ts'

test('all addresses of an IPv6 /64 count as one client', () => {
  for (const address of ['2001:db8:0:1::1', '2001:0DB8:0:1:ffff:0:0:9', '2001:db8::1:0:0:0:7'])
    expect(limitedAddress(address), address).toBe('2001:db8:0:1::/64')
  expect(limitedAddress('2001:db8:0:2::1')).toBe('2001:db8:0:2::/64')
  expect(limitedAddress('::1')).toBe('0:0:0:0::/64')
  expect(limitedAddress('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
})

test('an IPv4 address, also one in IPv6 form, counts alone', () => {
  expect(limitedAddress('192.0.2.7')).toBe('192.0.2.7')
  expect(limitedAddress('::ffff:192.0.2.7')).toBe('192.0.2.7')
})

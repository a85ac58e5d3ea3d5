import { expect, test } from 'vitest'
import { whyRefused } from './webhook-url.ts'

test.each(['https://merchant.example/hooks?of=shop', 'https://merchant.example:8443/', 'https://1.1.1.1/'])(
  'accepts %s',
  (url) => {
    expect(whyRefused(url, 'internet')).toBeUndefined()
    expect(whyRefused(url, 'this-machine')).toBeUndefined()
  },
)

test.each(['http://localhost:9000/', 'http://127.0.0.1/', 'http://[::1]/', 'http://127.1/', 'https://api.localhost/'])(
  'accepts %s only where this machine may be reached',
  (url) => {
    expect(whyRefused(url, 'internet')).toBe('must not lead to this machine')
    expect(whyRefused(url, 'this-machine')).toBeUndefined()
  },
)

test.each([
  ['http://merchant.example/', 'must begin with https://'],
  ['https://192.168.0.1/', 'must not lead to a private network'],
  ['https://0xa.0.0.1/', 'must not lead to a private network'],
  ['https://[::ffff:10.0.0.1]/', 'must not lead to a private network'],
  ['https://ada@merchant.example/', 'must not contain a user name or a password'],
  ['https://merchant.example/#part', 'must not contain a fragment'],
  ['https://', 'is not a URL'],
  ['https://merchant.example\\@127.0.0.1/', 'contains characters that are read in more than one way'],
  ['https:///merchant.example/', 'contains characters that are read in more than one way'],
  ['https://merchant.example/\u001b[31m', 'contains characters that are read in more than one way'],
  ['https://merchant.example/\u202eexe', 'contains characters that are read in more than one way'],
  ['https://merc\u00adhant.example/', 'contains characters that are read in more than one way'],
])('refuses %s', (url, reason) => {
  expect(whyRefused(url, 'this-machine')).toBe(reason)
})

import { expect, test } from 'vitest'
import { wrongRedirects } from './redirects.ts'

test.each([
  ['web', 'https://shop.example/signed-in'],
  ['web', 'http://127.0.0.1:3000/cb'],
  ['native', 'http://[::1]:4000/'],
  ['native', 'com.example.app:/signed-in'],
] as const)('lets a %s client have %s', (type, uri) => {
  expect(wrongRedirects(type, [uri], '/redirectUris')).toEqual([])
})

test.each([
  ['web', '/signed-in'],
  ['web', 'http://shop.example/signed-in'],
  ['web', 'https://shop.example/#here'],
  ['web', 'com.example.app:/signed-in'],
  ['native', 'javascript:alert(1)'],
  ['native', 'data:text/html,x'],
] as const)('lets a %s client not have %s', (type, uri) => {
  expect(wrongRedirects(type, ['https://shop.example/', uri], '/redirectUris')).toEqual([
    { pointer: '/redirectUris/1', detail: expect.any(String) },
  ])
})

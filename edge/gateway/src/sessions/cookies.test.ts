import { expect, test } from 'vitest'
import { clearCookie, cookieIn, setCookie, withoutCookies } from './cookies.ts'

const session = { name: 'stoa-session', path: '/', sameSite: 'Strict', isSecure: true, maxAgeSeconds: 60 } as const

test('finds a cookie by its whole name', () => {
  expect(cookieIn('a=1; stoa-session=x=y; b=2', 'stoa-session')).toBe('x=y')
  expect(cookieIn('my-stoa-session=x', 'stoa-session')).toBeUndefined()
  expect(cookieIn('a=stoa-session', 'stoa-session')).toBeUndefined()
  expect(cookieIn(undefined, 'stoa-session')).toBeUndefined()
})

test('takes neither of two cookies with one name', () => {
  expect(cookieIn('stoa-session=1; stoa-session=2', 'stoa-session')).toBeUndefined()
})

test('removes only the named cookies', () => {
  expect(withoutCookies('a=1; stoa-session=x; b=2', ['stoa-session'])).toBe('a=1; b=2')
  expect(withoutCookies('stoa-session=x', ['stoa-session'])).toBeUndefined()
})

test('sets a cookie that scripts cannot read, and removes it', () => {
  expect(setCookie(session, 'x')).toBe('stoa-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure')
  expect(clearCookie({ ...session, isSecure: false })).toBe(
    'stoa-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
  )
})

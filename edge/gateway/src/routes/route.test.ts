import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'
import { routesOf } from './route.ts'

test('wrong credentials count against the address wherever a contract says that they are checked', () => {
  const counted = routesOf(catalogue).filter(({ isSignIn }) => isSignIn)
  expect(counted.map(({ path }) => path).toSorted()).toEqual([
    '/api/v1/auth/authenticate',
    '/api/v1/users/authenticate',
    '/api/v1/users/login',
    '/api/v1/users/{id}/mfa/disable',
    '/api/v1/users/{id}/mfa/enable',
    '/api/v1/users/{id}/passkeys/options',
    '/api/v1/users/{id}/password',
    '/oauth2/*',
  ])
})

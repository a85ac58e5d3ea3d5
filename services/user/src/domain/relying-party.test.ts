import { expect, test } from 'vitest'
import { relyingPartyOf } from './relying-party.ts'

test('is the domain and the origin of the issuer', () => {
  expect(relyingPartyOf({ authIssuer: 'https://shop.example:8443/', passkeyOrigins: [] })).toEqual({
    id: 'shop.example',
    name: 'Stoa',
    origins: ['https://shop.example:8443'],
  })
})

test('is what the settings say', () => {
  const settings = {
    authIssuer: 'https://shop.example',
    passkeyRpId: 'example',
    passkeyOrigins: ['https://shop.example/', 'https://desk.example'],
  }
  expect(relyingPartyOf(settings)).toMatchObject({
    id: 'example',
    origins: ['https://shop.example', 'https://desk.example'],
  })
})

test.each(['http://127.0.0.1:8080', 'http://[::1]:8080'])('is localhost where the issuer is %s', (authIssuer) => {
  expect(relyingPartyOf({ authIssuer, passkeyOrigins: [] })).toMatchObject({
    id: 'localhost',
    origins: [authIssuer, 'http://localhost:8080'],
  })
})

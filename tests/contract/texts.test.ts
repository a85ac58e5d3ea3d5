import { openApiDocument } from '@stoa/http'
import { asyncApiDocument } from '@stoa/service'
import type { TSchema } from 'typebox'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { oddTexts } from '../requests/odd-texts.ts'
import { operations, services } from '../requests/declared-routes.ts'
import { schemasIn } from './schemas.ts'

const compared = 'it is compared with what is kept, and never shown'
const named = 'it names what is there, and is refused when nothing is called so'
const processes = 'only processes of the system, which have the token, send it'

/** Fields of bodies that take any text, by their name, and why. */
const anyText: Readonly<Record<string, string>> = {
  password: compared,
  currentPassword: compared,
  newPassword: compared,
  otp: compared,
  token: compared,
  refreshToken: compared,
  email: 'at a sign-in it is compared with what is kept; elsewhere it is an address',
  roles: named,
  permission: named,
  redirectUris: 'it is read as a URL, and refused when it is none',
  postLogoutRedirectUris: 'it is read as a URL, and refused when it is none',
  id: 'a carrier’s own name of an event: it is compared with those that came before',
  trackingNumber: named,
  zone: processes,
  version: processes,
  metadata: processes,
}

/** Every text that a client may send in a body, but for names of the contract itself. */
const texts = operations.flatMap(({ at, route: { body } }) =>
  body === undefined
    ? []
    : [...schemasIn(body)]
        .filter(({ node }) => node.type === 'string' && node.enum === undefined && node.const === undefined)
        .map(({ pointer, node }) => ({ at: `${at} ${pointer}`, field: fieldOf(pointer), node })),
)

function fieldOf(pointer: string): string {
  return pointer.replaceAll('/*', '').split('/').at(-1) ?? ''
}

function takes(node: TSchema, text: string): boolean {
  return [text, text.repeat(8)].some((each) => Check(node, each))
}

test('there are texts to look at', () => {
  expect(texts.length).toBeGreaterThan(60)
})

test('no text of a body takes what shows nothing or disturbs what shows it, unless it is said why', () => {
  const open = texts
    .filter(({ field }) => !(field in anyText))
    .flatMap(({ at, node }) => {
      const taken = oddTexts.filter(([, text]) => takes(node, text)).map(([what]) => what)
      return taken.length === 0 ? [] : [`${at} takes a text ${taken.join(', ')}`]
    })
  expect(open).toEqual([])
})

test('every reason for any text is one that is needed', () => {
  const needed = new Set(
    texts.filter(({ node }) => oddTexts.some(([, text]) => takes(node, text))).map(({ field }) => field),
  )
  expect(Object.keys(anyText).filter((field) => !needed.has(field))).toEqual([])
})

test('documents show no pattern that only engines with Unicode properties know', () => {
  const info = { title: 'Stoa', version: '1.0.0' }
  const documents = [
    openApiDocument(services, info, 'gateway'),
    ...services.map((each) => asyncApiDocument(each, info)),
  ]
  expect(JSON.stringify(documents)).not.toMatch(/\\\\[pP]\{|\\\\u\{/)
})

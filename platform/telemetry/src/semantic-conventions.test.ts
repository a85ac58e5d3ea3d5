import * as incubating from '@opentelemetry/semantic-conventions/incubating'
import * as stable from '@opentelemetry/semantic-conventions'
import { expect, test } from 'vitest'
import { messagingAttributes } from './messaging-conventions.ts'
import { attributes } from './semantic-conventions.ts'

test('every attribute is among the stable ones of the semantic conventions', () => {
  const known = new Set<unknown>(Object.values(stable))
  expect(Object.values(attributes).filter((name) => !known.has(name))).toEqual([])
})

test('every messaging attribute is among those of the semantic conventions', () => {
  const known = new Set<unknown>(Object.values(incubating))
  expect(Object.values(messagingAttributes).filter((name) => !known.has(name))).toEqual([])
})

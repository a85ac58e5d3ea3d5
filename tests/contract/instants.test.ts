import { InstantSchema, parseInstant } from '@stoa/contract'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { edgeInstants, wrongInstants } from '../requests/instants.ts'

const accepts = (text: string) => Check(InstantSchema, text)

test('there are times at the edges and past them', () => {
  expect(edgeInstants.filter(accepts).length).toBeGreaterThan(100)
  expect(wrongInstants.length).toBeGreaterThan(500)
})

test('no time that is past the edges, or on no day of the calendar, is accepted', () => {
  expect(wrongInstants.filter(accepts)).toEqual([])
})

test('what is accepted is a time in the years that RFC 3339 can write', () => {
  const accepted = edgeInstants.filter(accepts)
  const odd = accepted.filter((text) => !/^(?!0000)\d{4}-/.test(parseInstant(text).toString()))
  expect(odd).toEqual([])
})

import { expect, test } from 'vitest'
import type { Decider } from './decider.ts'
import { causes, givenBy, refused } from './given.ts'

type Opened = { readonly type: 'opened'; readonly data: { readonly by: string } }

const door: Decider<boolean, string, Opened> = {
  initial: false,
  decide: (by, isOpen) =>
    isOpen ? { kind: 'refused', code: 'door.open', detail: 'The door is open.' } : [{ type: 'opened', data: { by } }],
  evolve: () => true,
}
const given = givenBy(door)
const opened = (by: string): Opened => ({ type: 'opened', data: { by } })

test('compares the events or the refusal of a command after the given events', () => {
  given()
    .when('ada')
    .then(causes(opened('ada')))
  given(opened('ada')).when('grace').then(refused('door.open'))
})

test('throws for another event, for no event, and for a refusal in place of an event', () => {
  expect(() =>
    given()
      .when('ada')
      .then(causes(opened('grace'))),
  ).toThrow('grace')
  expect(() => given().when('ada').then(causes())).toThrow('opened')
  expect(() =>
    given(opened('ada'))
      .when('ada')
      .then(causes(opened('ada'))),
  ).toThrow('door.open')
  expect(() => given(opened('ada')).when('ada').then(refused('door.closed'))).toThrow('door.closed')
})

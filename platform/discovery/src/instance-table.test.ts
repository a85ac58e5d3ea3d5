import { expect, test } from 'vitest'
import { instance } from '../tests/instances.ts'
import { instanceTable } from './instance-table.ts'

test('a listener that has left hears no more', () => {
  const table = instanceTable()
  const counts: number[] = []
  const leave = table.onChange('order', (instances) => void counts.push(instances.length))
  table.set('order', [instance('a')])
  leave()
  table.set('order', [])
  expect(counts).toEqual([1])
})

test('a replacement that changes nothing tells nobody', () => {
  const table = instanceTable()
  let changes = 0
  table.replace(new Map([['order', [instance('b'), instance('a')]]]))
  table.onChange('order', () => (changes += 1))
  table.replace(new Map([['order', [instance('a'), instance('b')]]]))
  expect(changes).toBe(0)
})

test.each([
  ['address', { host: '127.0.0.2' }],
  ['port', { port: 9 }],
  ['weight', { weight: 7 }],
  ['zone', { zone: 'eu-1' }],
  ['version', { version: '2.0.0' }],
  ['metadata', { metadata: { lane: 'x' } }],
])('a change of the %s is one', (_, fields) => {
  const table = instanceTable()
  table.set('order', [instance('a')])
  let changes = 0
  table.onChange('order', () => (changes += 1))
  table.set('order', [instance('a', fields)])
  expect(changes).toBe(1)
})

test('a wait for a service ends with its first instance, not with its last one going', async () => {
  const table = instanceTable()
  table.set('order', [instance('a')])
  table.set('order', [])
  let isReady = false
  const ready = table.ready('order', 60_000).then(() => (isReady = true))
  table.set('order', [])
  await Promise.resolve()
  expect(isReady).toBe(false)
  table.set('order', [instance('b')])
  await ready
  expect(isReady).toBe(true)
})

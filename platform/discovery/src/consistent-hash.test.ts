import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instance } from '../tests/instances.ts'
import { consistentHash } from './consistent-hash.ts'
import type { Instance } from './instance.ts'

const keys = Array.from({ length: 2_000 }, (_, index) => `customer ${index}`)

function owners(instances: readonly Instance[], isUsable?: (one: Instance) => boolean): (string | undefined)[] {
  const balancer = consistentHash()
  return keys.map((key) => balancer.pick(instances, key, isUsable)?.id)
}

const someInstances = fc
  .uniqueArray(fc.uuid(), { minLength: 2, maxLength: 8 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.integer({ min: 1, max: 5 }).map((weight) => instance(id, { weight })))),
  )

test('the same key goes to the same instance, whatever the order of the list', () => {
  fc.assert(
    fc.property(someInstances, (instances) => {
      expect(owners(instances.toReversed())).toEqual(owners(instances))
    }),
    { numRuns: 20 },
  )
})

test('when an instance goes only its own keys move', () => {
  fc.assert(
    fc.property(someInstances, fc.nat(), (instances, drawn) => {
      const gone = instances[drawn % instances.length]?.id
      const before = owners(instances)
      const after = owners(instances.filter((one) => one.id !== gone))
      expect(after.filter((owner, index) => owner !== before[index] && before[index] !== gone)).toEqual([])
      expect(after).not.toContain(gone)
    }),
    { numRuns: 30 },
  )
})

test('when an instance comes keys move to it alone', () => {
  fc.assert(
    fc.property(someInstances, fc.uuid(), (instances, id) => {
      const before = owners(instances)
      const after = owners([...instances, instance(id)])
      expect(new Set(after.filter((owner, index) => owner !== before[index]))).toEqual(
        new Set(after.includes(id) ? [id] : []),
      )
    }),
    { numRuns: 30 },
  )
})

test('one that is not usable hands over its keys as if it had gone', () => {
  fc.assert(
    fc.property(someInstances, fc.nat(), (instances, drawn) => {
      const gone = instances[drawn % instances.length]?.id
      const isUsable = (one: Instance) => one.id !== gone
      expect(owners(instances, isUsable)).toEqual(owners(instances.filter(isUsable)))
    }),
    { numRuns: 30 },
  )
})

test('each has about the share of its weight', () => {
  const instances = [1, 1, 2, 4].map((weight, index) => instance(`instance ${index}`, { weight }))
  const counted = owners(instances)
  const shares = instances.map((one) => counted.filter((owner) => owner === one.id).length / keys.length)
  for (const [index, one] of instances.entries()) {
    expect(shares[index]).toBeGreaterThan((one.weight / 8) * 0.7)
    expect(shares[index]).toBeLessThan((one.weight / 8) * 1.3)
  }
})

test('calls without a key take turns', () => {
  const instances = ['a', 'b', 'c'].map((id) => instance(id))
  const balancer = consistentHash()
  expect(Array.from({ length: 4 }, () => balancer.pick(instances)?.id)).toEqual(['a', 'b', 'c', 'a'])
})

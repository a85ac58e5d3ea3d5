import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instance } from '../tests/instances.ts'
import type { Balancer } from './balancer.ts'
import { balancingStrategies, makeBalancer } from './make-balancer.ts'
import { leastConnections } from './least-connections.ts'
import { powerOfTwoChoices } from './power-of-two-choices.ts'
import { roundRobin } from './round-robin.ts'
import { weightedRoundRobin } from './weighted-round-robin.ts'

const list = (weights: readonly number[]) =>
  weights.map((weight, index) => instance(String.fromCharCode(97 + index), { weight }))

const picks = (balancer: Balancer, instances: ReturnType<typeof list>, times: number) =>
  Array.from({ length: times }, () => balancer.pick(instances)?.id ?? '-').join('')

/** Repeatable random numbers (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe.each(balancingStrategies)('%s', (strategy) => {
  test('has no answer when there is no instance', () => {
    expect(makeBalancer(strategy).pick([])).toBeUndefined()
    expect(makeBalancer(strategy).pick([], 'key')).toBeUndefined()
  })

  test('never picks one of weight 0 or one that is not usable', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        fc.array(fc.string(), { minLength: 1, maxLength: 20 }),
        (weights, usable, keys) => {
          const balancer = makeBalancer(strategy)
          const instances = list(weights)
          const isUsable = (one: { readonly id: string }) => usable[one.id.charCodeAt(0) - 97] === true
          const allowed = instances.filter((one) => one.weight > 0 && isUsable(one))
          for (const key of keys) {
            const picked = balancer.pick(instances, key, isUsable)
            expect(picked === undefined ? allowed : allowed.filter((one) => one === picked)).toHaveLength(
              picked === undefined ? 0 : 1,
            )
          }
        },
      ),
    )
  })

  test('follows a list that has changed', () => {
    const balancer = makeBalancer(strategy)
    const before = list([1, 1, 1])
    for (let i = 0; i < 10; i++) balancer.pick(before, `key ${i}`)
    const after = before.slice(0, 1)
    for (let i = 0; i < 10; i++) expect(balancer.pick(after, `key ${i}`)).toBe(after[0])
  })
})

describe('round robin', () => {
  test('takes one after the other, whatever their weights', () => {
    expect(picks(roundRobin(), list([1, 9, 1]), 7)).toBe('abcabca')
  })

  test('goes past those that are not usable', () => {
    const instances = list([1, 1, 1])
    const balancer = roundRobin()
    const picked = Array.from({ length: 4 }, () => balancer.pick(instances, undefined, (one) => one.id !== 'b')?.id)
    expect(picked).toEqual(['a', 'c', 'a', 'c'])
  })
})

describe('weighted round robin', () => {
  test('spreads the heavy one between the others', () => {
    expect(picks(weightedRoundRobin(), list([5, 1, 1]), 14)).toBe('aabacaaaabacaa')
  })

  test('gives each exactly its weight in every round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const instances = list(weights)
        const balancer = weightedRoundRobin()
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (let round = 0; round < 3; round++) {
          const counts = new Map(instances.map((one) => [one.id, 0]))
          for (let i = 0; i < total; i++) {
            const id = balancer.pick(instances)?.id ?? ''
            counts.set(id, (counts.get(id) ?? 0) + 1)
          }
          expect([...counts.values()]).toEqual(weights)
        }
      }),
    )
  })

  test('keeps what an instance has earned when another comes', () => {
    const [a, b, c] = list([2, 2, 1])
    const balancer = weightedRoundRobin()
    const before = [a, b].filter((one) => one !== undefined)
    const after = [a, b, c].filter((one) => one !== undefined)
    expect(balancer.pick(before)).toBe(a)
    expect(balancer.pick(after)).toBe(b)
  })
})

describe('weighted round robin over a list that changes', () => {
  test('knows an instance by its id, wherever it stands', () => {
    const [a, b, c] = list([1, 1, 1])
    const balancer = weightedRoundRobin()
    expect(balancer.pick([a, b, c].filter((one) => one !== undefined))).toBe(a)
    expect(balancer.pick([c, a].filter((one) => one !== undefined))).toBe(c)
  })
})

describe('least connections', () => {
  function loaded(active: Readonly<Record<string, number>>) {
    const balancer = leastConnections()
    for (const [id, count] of Object.entries(active)) for (let i = 0; i < count; i++) balancer.onStart?.(id)
    return balancer
  }

  test('takes the one with the fewest calls in progress', () => {
    expect(loaded({ a: 3, b: 1, c: 2 }).pick(list([1, 1, 1]))?.id).toBe('b')
  })

  test('measures them by weight', () => {
    expect(loaded({ a: 3, b: 2 }).pick(list([4, 1]))?.id).toBe('a')
    expect(loaded({ a: 3, b: 2 }).pick(list([1, 1]))?.id).toBe('b')
  })

  test('lets equal ones take turns', () => {
    expect(picks(leastConnections(), list([1, 1, 1]), 6)).toBe('abcabc')
  })

  test('as many starts as ends leave nothing', () => {
    const balancer = loaded({ a: 3, b: 1 })
    for (let i = 0; i < 3; i++) balancer.onEnd?.('a')
    expect(picks(balancer, list([1, 1]), 3)).toBe('aaa')
  })

  test('a call that has ended counts no more, and none is counted below zero', () => {
    const balancer = loaded({ a: 1 })
    balancer.onEnd?.('a')
    balancer.onEnd?.('a')
    balancer.onEnd?.('stranger')
    balancer.onStart?.('b')
    expect(picks(balancer, list([1, 1]), 3)).toBe('aaa')
    balancer.onStart?.('a')
    expect(picks(balancer, list([1, 1]), 2)).toBe('ba')
  })

  test('still counts the calls of an instance that went away for a while', () => {
    const balancer = loaded({ a: 5 })
    const [a, b] = list([1, 1])
    const both = [a, b].filter((one) => one !== undefined)
    balancer.pick(both)
    balancer.pick(both.slice(1))
    expect(picks(balancer, [...both], 4)).toBe('bbbb')
  })

  test('spreads calls that do not end evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 }), (count, calls) => {
        const balancer = leastConnections()
        const instances = list(Array.from({ length: count }, () => 1))
        const started = new Map(instances.map((one) => [one.id, 0]))
        for (let i = 0; i < calls; i++) {
          const id = balancer.pick(instances)?.id ?? ''
          balancer.onStart?.(id)
          started.set(id, (started.get(id) ?? 0) + 1)
        }
        expect(Math.max(...started.values()) - Math.min(...started.values())).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('power of two choices', () => {
  test('takes the less loaded of the two it draws', () => {
    const draws = [0, 0.6, 0.9, 0]
    const balancer = powerOfTwoChoices(() => draws.shift() ?? 0)
    balancer.onStart?.('a')
    expect(balancer.pick(list([1, 1, 1]))?.id).toBe('c')
    expect(balancer.pick(list([1, 1, 1]))?.id).toBe('c')
  })

  test('never draws the same one twice', () => {
    const random = seeded(7)
    const balancer = powerOfTwoChoices(random)
    const instances = list([1, 1])
    for (let i = 0; i < 50; i++) balancer.onStart?.('a')
    for (let i = 0; i < 200; i++) expect(balancer.pick(instances)?.id).toBe('b')
  })

  test('measures load by weight', () => {
    const balancer = powerOfTwoChoices(() => 0)
    for (let i = 0; i < 3; i++) balancer.onStart?.('a')
    for (let i = 0; i < 2; i++) balancer.onStart?.('b')
    expect(balancer.pick(list([4, 1]))?.id).toBe('a')
    expect(balancer.pick(list([1, 1]))?.id).toBe('b')
  })

  test('keeps the fullest far below what chance alone would make of it', () => {
    const random = seeded(42)
    const balancer = powerOfTwoChoices(random)
    const instances = Array.from({ length: 100 }, (_, index) => instance(`i${index}`))
    const started = new Map<string, number>()
    const alone = new Map<number, number>()
    for (let i = 0; i < 10_000; i++) {
      const id = balancer.pick(instances)?.id ?? ''
      balancer.onStart?.(id)
      started.set(id, (started.get(id) ?? 0) + 1)
      const drawn = Math.floor(random() * 100)
      alone.set(drawn, (alone.get(drawn) ?? 0) + 1)
    }
    expect(Math.max(...started.values())).toBeLessThanOrEqual(104)
    expect(Math.max(...alone.values())).toBeGreaterThan(115)
  })
})

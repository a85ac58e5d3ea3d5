import { expect, test, vi } from 'vitest'
import { reachableAddressesOf } from './public-addresses.ts'

const { asked, answers } = vi.hoisted(() => ({ asked: [] as string[], answers: new Map<string, () => void>() }))
vi.mock('node:dns/promises', () => ({
  lookup: (host: string) => {
    asked.push(host)
    return new Promise((resolve) => answers.set(host, () => resolve([{ address: '1.1.1.1', family: 4 }])))
  },
}))

test('name servers that do not respond hold two look-ups at most; what was given up meanwhile is not looked up, and addresses do not wait', async () => {
  const find = (host: string, signal?: AbortSignal) => reachableAddressesOf(host, 'internet', signal)
  const givenUp = find('given-up.example', AbortSignal.abort()).catch(() => 'given up')
  expect(await givenUp).toBe('given up')
  const slow = ['a.example', 'b.example'].map((host) => find(host))
  const left = find('left.example', AbortSignal.timeout(1)).catch(() => 'given up')
  const next = find('c.example')
  void find('1.1.1.1')
  await vi.waitFor(() => expect(asked).toContain('1.1.1.1'))
  expect(asked).toEqual(['a.example', 'b.example', '1.1.1.1'])
  await new Promise((resolve) => void setTimeout(resolve, 20))
  answers.get('a.example')?.()
  await vi.waitFor(() => expect(asked).toContain('c.example'))
  expect(await left).toBe('given up')
  answers.get('b.example')?.()
  answers.get('c.example')?.()
  const found = [{ address: '1.1.1.1', family: 4 }]
  expect(await Promise.all([...slow, next])).toEqual([found, found, found])
  expect(asked).not.toContain('left.example')
})

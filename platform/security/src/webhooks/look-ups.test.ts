import { expect, test, vi } from 'vitest'
import { lookUpsInTurn, type FoundAddress } from './look-ups.ts'

test('slow name servers hold as many look-ups as are allowed; what was given up is not looked up, and addresses do not wait', async () => {
  const asked: string[] = []
  const answers = new Map<string, () => void>()
  const found = [{ address: '1.1.1.1', family: 4 }]
  const find = lookUpsInTurn((host) => {
    asked.push(host)
    return new Promise<FoundAddress[]>((resolve) => void answers.set(host, () => resolve(found)))
  }, 2)
  const giveUp = new AbortController()
  const slow = ['a.example', 'b.example'].map((host) => find(host))
  const left = find('left.example', giveUp.signal).catch(() => 'given up')
  const next = find('c.example')
  void find('1.1.1.1')
  await vi.waitFor(() => expect(asked).toContain('1.1.1.1'))
  expect(asked).toEqual(['a.example', 'b.example', '1.1.1.1'])
  giveUp.abort()
  answers.get('a.example')?.()
  await vi.waitFor(() => expect(asked).toContain('c.example'))
  expect(await left).toBe('given up')
  answers.get('b.example')?.()
  answers.get('c.example')?.()
  expect(await Promise.all([...slow, next])).toEqual([found, found, found])
  expect(asked).not.toContain('left.example')
})

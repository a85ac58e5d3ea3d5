import { expect, test } from 'vitest'
import { accessTokens } from './access-tokens.ts'

function started(refresh: () => Promise<{ accessToken: string; expiresInSeconds: number } | undefined>) {
  const state = { nowMs: 0, asked: 0 }
  const server = {
    redeem: async () => undefined,
    revoke: async () => {},
    refresh: () => {
      state.asked += 1
      return refresh()
    },
  }
  const clock = { now: () => Temporal.Instant.fromEpochMilliseconds(state.nowMs) }
  return { state, tokens: accessTokens(server, clock) }
}

test('refreshes a token half a minute before it expires, once for all who ask', async () => {
  const { state, tokens } = started(async () => ({ accessToken: `access-${state.asked}`, expiresInSeconds: 900 }))
  expect(await Promise.all([tokens.of('r'), tokens.of('r')])).toEqual(['access-1', 'access-1'])
  state.nowMs = 869_000
  expect(tokens.of('r')).toBe('access-1')
  state.nowMs = 870_000
  expect(await tokens.of('r')).toBe('access-2')
})

test('asks for an ended session again only after a while', async () => {
  const { state, tokens } = started(async () => undefined)
  expect(await tokens.of('r')).toBeUndefined()
  expect(tokens.of('r')).toBeUndefined()
  expect(state.asked).toBe(1)
  state.nowMs = 30_000
  await tokens.of('r')
  expect(state.asked).toBe(2)
})

test('asks again after a failure', async () => {
  let isAway = true
  const { tokens } = started(async () => {
    if (isAway) throw new Error('away')
    return { accessToken: 'access', expiresInSeconds: 900 }
  })
  await expect(tokens.of('r')).rejects.toThrow('away')
  isAway = false
  expect(await tokens.of('r')).toBe('access')
})

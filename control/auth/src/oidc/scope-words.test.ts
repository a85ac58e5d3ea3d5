import { expect, test } from 'vitest'
import { apiScopes } from './configuration.ts'
import { wordsOf } from './scope-words.ts'

test('the consent page has words for every scope that a program can ask for', () => {
  for (const scope of [...apiScopes(), 'offline_access']) expect(wordsOf(scope)).toMatch(/^[a-z].*[a-z]$/)
})

test('what reaches everybody reads differently from what reaches oneself', () => {
  const ofAll = apiScopes().filter((scope) => scope.endsWith(':any'))
  for (const scope of ofAll) expect(wordsOf(scope)).not.toBe(wordsOf(scope.replace(/:any$/, '')))
})

test('offers no program the scope of those who manage everybody’s keys', () => {
  expect(apiScopes()).not.toContain('service:internal')
})

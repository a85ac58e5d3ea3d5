import type { ArticleId } from '@stoa/contracts/support/resources'
import { expect, test } from 'vitest'
import { sourcesOf, type AnswerCandidate } from './answer.ts'

const candidate = (key: string, body = 'First. Second.'): AnswerCandidate => ({
  articleId: key as ArticleId,
  key,
  locale: 'en',
  title: key,
  version: 1,
  body,
})
const whole = [{ start: 0, end: 6 }]

test('the best sources are quoted, best first; those that score much less are not', () => {
  const candidates = ['a', 'b', 'c', 'd', 'e'].map((key) => candidate(key))
  const scores = [0.5, 0.6, 0.58, 0.59, 0.57].map((score) => ({ score, sentences: whole }))
  const sources = sourcesOf(candidates, scores)
  expect(sources.map(({ key }) => key)).toEqual(['b', 'd', 'c'])
  expect(sources[0]).toEqual({
    articleId: 'b',
    key: 'b',
    locale: 'en',
    title: 'b',
    version: 1,
    quotes: ['First.'],
    score: 0.6,
  })
})

test('low scores are no answer', () => {
  expect(sourcesOf([candidate('a')], [{ score: 0.37, sentences: whole }])).toEqual([])
  expect(sourcesOf([], [])).toEqual([])
})

test('scores that do not fit the texts are refused', () => {
  expect(() => sourcesOf([candidate('a')], [])).toThrow('1 texts have 0 scores')
  for (const score of [Number.NaN, -1, 2])
    expect(() => sourcesOf([candidate('a')], [{ score, sentences: [] }])).toThrow('from 0 to 1')
  for (const span of [
    { start: -1, end: 3 },
    { start: 3, end: 3 },
    { start: 0, end: 15 },
    { start: Number.NaN, end: 2 },
  ])
    expect(() => sourcesOf([candidate('a')], [{ score: 0.9, sentences: [span] }])).toThrow('outside of its text')
})

test('a long sentence is cut', () => {
  const body = 'a'.repeat(5_000)
  const [source] = sourcesOf([candidate('a', body)], [{ score: 1, sentences: [{ start: 0, end: 5_000 }] }])
  expect(source?.quotes).toEqual(['a'.repeat(600)])
})

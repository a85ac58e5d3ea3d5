import { expect, test } from 'vitest'
import { measuredArticles, measuredQuestions, unanswerableQuestions } from '../../tests/retrieval-set.ts'
import { readWordVectors } from '../vectors/read-word-vectors.ts'
import type { WordVectors } from './embed.ts'
import { embedQuestion, scoreText } from './score-text.ts'

const vectors = readWordVectors(new URL('../service.ts', import.meta.url))

function rank(question: string) {
  const embedded = embedQuestion(vectors, question)
  return measuredArticles
    .map((article) => ({ ...article, ...scoreText(embedded, article) }))
    .toSorted((left, right) => right.score - left.score)
}

test('of thirty questions in the words of customers, 21 have the right article first, and 24 among the first three', () => {
  const places = measuredQuestions.map(([question, key]) => rank(question).findIndex((article) => article.key === key))
  expect(places.filter((place) => place === 0).length).toBeGreaterThanOrEqual(21)
  expect(places.filter((place) => place < 3).length).toBeGreaterThanOrEqual(24)
})

test('questions that no article answers have low scores', () => {
  for (const question of unanswerableQuestions) expect(rank(question)[0]?.score).toBeLessThan(0.38)
})

test('the sentences are those that answer best', () => {
  const article = measuredArticles.find(({ key }) => key === 'payment-methods') ?? { title: '', body: '' }
  const { sentences } = scoreText(embedQuestion(vectors, 'Can I pay with a credit card?'), article)
  const [first] = sentences.map(({ start, end }) => article.body.slice(start, end))
  expect(first).toContain('We accept credit and debit cards')
})

test('a question without known words has the score 0', () => {
  expect(scoreText(embedQuestion(vectors, '???'), { title: 'Tea', body: 'Green tea.' }).score).toBe(0)
})

test('long texts cost what their different words cost, so that one question cannot keep the process busy', () => {
  let added = 0
  const counting: WordVectors = {
    model: vectors.model,
    dimensions: vectors.dimensions,
    find: (word) => vectors.find(word),
    weightAt: (place) => vectors.weightAt(place),
    addTo(sum, place, factor) {
      added += 1
      vectors.addTo(sum, place, factor)
    },
  }
  const question = embedQuestion(counting, 'where is my parcel '.repeat(26))
  for (let text = 0; text < 50; text++)
    scoreText(question, { title: `Returns and refunds ${text}`, body: 'Goods go back within 14 days. '.repeat(200) })
  expect(added).toBeLessThan(500)
})

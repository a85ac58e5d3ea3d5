import { dot, embed, weightedWords, wordMatch, type WeightedWord, type WordVectors } from './embed.ts'
import { sentencesOf, type Span } from './text.ts'

/** What a question is compared with. */
export interface ScoredText {
  readonly title: string
  readonly body: string
}

/** How well a text answers a question, and its sentences that answer best, in their order. */
export interface TextScore {
  readonly score: number
  readonly sentences: readonly Span[]
}

/** A question, embedded once for all texts. */
export interface EmbeddedQuestion {
  readonly vector: Float32Array
  readonly words: readonly WeightedWord[]
}

const mostQuestionWords = 50
const mostTextWords = 400
const mostSentences = 200
const shownSentences = 2

export function embedQuestion(vectors: WordVectors, question: string): EmbeddedQuestion {
  return { vector: embed(vectors, question), words: weightedWords(vectors, question, mostQuestionWords) }
}

/** Scores a text: by the words of its title and of all of it, by its mean, and by its best sentence. */
export function scoreText(vectors: WordVectors, question: EmbeddedQuestion, { title, body }: ScoredText): TextScore {
  const titleWords = weightedWords(vectors, title, mostQuestionWords)
  const bodyWords = weightedWords(vectors, body, mostTextWords)
  const sentences = sentencesOf(body, mostSentences).map((span) => ({
    ...span,
    score: dot(embed(vectors, `${title}. ${body.slice(span.start, span.end)}`), question.vector),
  }))
  const best = sentences.toSorted((left, right) => right.score - left.score).slice(0, shownSentences)
  const byWords =
    0.6 * wordMatch(question.words, [...titleWords, ...bodyWords]) + 0.4 * wordMatch(question.words, titleWords)
  const whole = dot(embed(vectors, `${title}. ${body}`), question.vector)
  const score = 0.7 * byWords + 0.15 * whole + 0.15 * (best[0]?.score ?? whole)
  return {
    score: Math.min(1, Math.max(0, score)),
    sentences: best.map(({ start, end }) => ({ start, end })).toSorted((left, right) => left.start - right.start),
  }
}

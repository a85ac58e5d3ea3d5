import { embed, type WeightedWord, type WordVectors } from './embed.ts'
import { sentencesOf, type Span } from './text.ts'
import { likenessOf, WordBook } from './word-book.ts'

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
  readonly book: WordBook
}

const mostQuestionWords = 50
const mostTitleWords = 50
const mostBodyWords = 1_000
const mostMatchedWords = 400
const mostSentences = 200
const shownSentences = 2

/** Embeds a question, and begins the book of the words that its texts share. */
export function embedQuestion(vectors: WordVectors, question: string): EmbeddedQuestion {
  const book = new WordBook(vectors)
  return { vector: embed(vectors, question), words: book.wordsOf(question, mostQuestionWords), book }
}

/** Scores a text: by the words of its title and of all of it, by its mean, and by its best sentence. */
export function scoreText({ vector, words, book }: EmbeddedQuestion, { title, body }: ScoredText): TextScore {
  const titleWords = book.wordsOf(title, mostTitleWords)
  const bodyWords = book.wordsOf(body, mostBodyWords)
  const titleSum = book.sumOf(titleWords)
  const sentences = sentencesOf(body, mostSentences).map((span) => {
    const sentence = book.wordsOf(body.slice(span.start, span.end), mostBodyWords)
    return { ...span, score: likenessOf(book.sumOf(sentence, titleSum), vector) }
  })
  const best = sentences.toSorted((left, right) => right.score - left.score).slice(0, shownSentences)
  const matched = [...titleWords, ...bodyWords.slice(0, mostMatchedWords)]
  const byWords = 0.6 * book.match(words, matched) + 0.4 * book.match(words, titleWords)
  const whole = likenessOf(book.sumOf(bodyWords, titleSum), vector)
  const score = 0.7 * byWords + 0.15 * whole + 0.15 * (best[0]?.score ?? whole)
  return {
    score: Math.min(1, Math.max(0, score)),
    sentences: best.map(({ start, end }) => ({ start, end })).toSorted((left, right) => left.start - right.start),
  }
}

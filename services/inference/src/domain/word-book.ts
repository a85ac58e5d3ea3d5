import { addWord, dot, normalised, weightedWord, type WeightedWord, type WordVectors } from './embed.ts'
import { wordsOf } from './text.ts'

const mostRemembered = 5_000

/**
 * The words of texts that are compared at once. Each word is put together once, and compared with each word of the question once, however
 * often the texts have it: what a comparison costs grows with the different words and not with the length of the texts.
 */
export class WordBook {
  readonly #vectors: WordVectors
  readonly #words = new Map<string, WeightedWord | undefined>()
  readonly #likeness = new Map<WeightedWord, Map<WeightedWord, number>>()

  constructor(vectors: WordVectors) {
    this.#vectors = vectors
  }

  /** The words of a text, at most the first `most`; unknown words are left out. */
  wordsOf(text: string, most: number): WeightedWord[] {
    return wordsOf(text)
      .slice(0, most)
      .flatMap((word) => this.#find(word) ?? [])
  }

  /** The sum of words by what they say, on top of another sum. */
  sumOf(words: readonly WeightedWord[], base?: Float32Array): Float32Array {
    const sum = base === undefined ? new Float32Array(this.#vectors.dimensions) : base.slice()
    for (const word of words) addWord(sum, word)
    return sum
  }

  /** How well a text has what each word of a question means, from 0 to 1: each finds the word that is most like it. */
  match(question: readonly WeightedWord[], text: readonly WeightedWord[]): number {
    const different = new Set(text)
    const found = new Map<WeightedWord, number>()
    let [sum, weights] = [0, 0]
    for (const wanted of question) {
      const best = found.get(wanted) ?? this.#bestOf(wanted, different)
      found.set(wanted, best)
      sum += wanted.weight * best
      weights += wanted.weight
    }
    return weights === 0 ? 0 : Math.min(1, sum / weights)
  }

  #find(word: string): WeightedWord | undefined {
    if (this.#words.has(word)) return this.#words.get(word)
    const made = weightedWord(this.#vectors, word)
    if (this.#words.size < mostRemembered) this.#words.set(word, made)
    return made
  }

  #bestOf(wanted: WeightedWord, text: ReadonlySet<WeightedWord>): number {
    const known = this.#likeness.get(wanted) ?? new Map<WeightedWord, number>()
    this.#likeness.set(wanted, known)
    let best = 0
    for (const word of text) {
      let likeness = known.get(word)
      if (likeness === undefined) {
        likeness = dot(wanted.vector, word.vector) * Math.min(1, word.weight * 1.5 + 0.2)
        if (known.size < mostRemembered) known.set(word, likeness)
      }
      best = Math.max(best, likeness)
    }
    return best
  }
}

/** How alike a sum of words is to the unit vector of a question. */
export function likenessOf(sum: Float32Array, question: Float32Array): number {
  return dot(normalised(sum), question)
}

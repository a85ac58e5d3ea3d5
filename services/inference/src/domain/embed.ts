import { wordsOf } from './text.ts'

/** The vectors of the words and parts of words of a vocabulary. */
export interface WordVectors {
  /** Names the vocabulary and its vectors: vectors of different models cannot be compared. */
  readonly model: string
  readonly dimensions: number
  /** The place of a word, or of the continuation of a word, such as `##ing`; -1 if it is unknown. */
  readonly find: (word: string) => number
  /** How much the word at a place says, from 0 to 1. */
  readonly weightAt: (place: number) => number
  /** Adds the unit vector at a place, times `factor`. */
  readonly addTo: (sum: Float32Array, place: number, factor: number) => void
}

/** A word of a text: its unit vector, and how much it says. */
export interface WeightedWord {
  readonly vector: Float32Array
  readonly weight: number
}

const longestWord = 40

/** The places of the longest known parts of a word, from its beginning; up to the first letter that no part begins with. */
export function partsOf(vectors: WordVectors, word: string): number[] {
  const places: number[] = []
  let start = 0
  while (start < Math.min(word.length, longestWord)) {
    let end = Math.min(word.length, longestWord)
    let place = -1
    while (end > start && place === -1) {
      place = vectors.find((start > 0 ? '##' : '') + word.slice(start, end))
      if (place === -1) end -= 1
    }
    if (place === -1) break
    places.push(place)
    start = end
  }
  return places
}

/** A word made of its known parts; undefined if it has none. */
export function weightedWord(vectors: WordVectors, word: string): WeightedWord | undefined {
  const places = partsOf(vectors, word)
  if (places.length === 0) return undefined
  const vector = new Float32Array(vectors.dimensions)
  for (const place of places) vectors.addTo(vector, place, 1)
  return { vector: normalised(vector), weight: Math.max(...places.map((place) => vectors.weightAt(place))) }
}

const mostWords = 1_000

/** The unit vector of a text: the mean of its words by what they say. Zero for a text without known words. */
export function embed(vectors: WordVectors, text: string): Float32Array {
  const sum = new Float32Array(vectors.dimensions)
  for (const word of wordsOf(text).slice(0, mostWords)) addWord(sum, weightedWord(vectors, word))
  return normalised(sum)
}

/** Adds a word by what it says; one that is unknown adds nothing. */
export function addWord(sum: Float32Array, word: WeightedWord | undefined): void {
  if (word === undefined) return
  const { vector, weight } = word
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (vector[index] ?? 0) * weight
}

/** The scalar product of vectors of equal length; of unit vectors, the cosine of their angle. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0)
  return sum
}

/** The unit vector of a direction; zero stays zero. */
export function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}

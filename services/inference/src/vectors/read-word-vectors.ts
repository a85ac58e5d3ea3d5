import { existsSync, readFileSync } from 'node:fs'
import type { WordVectors } from '../domain/embed.ts'

interface Header {
  readonly model: string
  readonly dimensions: number
  readonly words: number
  readonly bytesOfWords: number
}

/** Time after which the vectors are dropped from memory if nothing was embedded. */
const idleMs = 120_000

/** Returns the word vectors, which are read at the first use and dropped when they are not used for two minutes. */
export function keepWordVectors(location: string | URL): () => WordVectors {
  let kept: WordVectors | undefined
  let timer: NodeJS.Timeout | undefined
  return () => {
    kept ??= readWordVectors(location)
    timer ??= setTimeout(() => (kept = timer = undefined), idleMs).unref()
    timer.refresh()
    return kept
  }
}

/** Reads the word vectors: from the assets of the service in a bundle, from its folder elsewhere. `location` is `import.meta.url` of the service. */
export function readWordVectors(location: string | URL): WordVectors {
  const asset = new URL('../assets/words.bin', location)
  const file = readFileSync(existsSync(asset) ? asset : new URL('../model/words.bin', location))
  const wordsAt = file.indexOf(10) + 1
  const { model, dimensions, words, bytesOfWords } = JSON.parse(file.toString('latin1', 0, wordsAt)) as Header
  const weightsAt = wordsAt + bytesOfWords
  const rowsAt = weightsAt + words * 8
  const names = file.subarray(wordsAt, weightsAt)
  const starts = startsOf(names, words)
  const [weights, scales] = [weightsAt, weightsAt + words * 4]
  return {
    model,
    dimensions,
    find: (word) => findWord(names, starts, Buffer.from(word)),
    weightAt: (place) => file.readFloatLE(weights + place * 4),
    addTo(sum, place, factor) {
      const scale = file.readFloatLE(scales + place * 4) * factor
      const row = rowsAt + place * dimensions
      for (let index = 0; index < dimensions; index++)
        sum[index] = (sum[index] ?? 0) + (((file[row + index] ?? 0) << 24) >> 24) * scale
    },
  }
}

/** Where each word begins, and behind the last one where the next would. */
function startsOf(names: Buffer, words: number): Uint32Array {
  const starts = new Uint32Array(words + 1)
  for (let word = 1; word < words; word++) starts[word] = names.indexOf(10, starts[word - 1]) + 1
  starts[words] = names.length + 1
  return starts
}

/** The place of a word among the sorted ones, which are no strings, so that they need little memory. */
function findWord(names: Buffer, starts: Uint32Array, word: Buffer): number {
  let [low, high] = [0, starts.length - 2]
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = word.compare(names, starts[middle], (starts[middle + 1] ?? 0) - 1)
    if (order === 0) return middle
    if (order < 0) high = middle - 1
    else low = middle + 1
  }
  return -1
}

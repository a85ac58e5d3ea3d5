import { setImmediate } from 'node:timers/promises'
import { makeDotKernel, makeKernelMemory, type DotKernel } from './dot-kernel.ts'

/** What a row is called, and its scalar product with a query. */
export interface Neighbour {
  readonly id: string
  readonly score: number
}

interface Search {
  readonly best: Neighbour[]
  readonly count: number
  readonly idOf: (row: number) => string | undefined
}

const pageBytes = 65_536
/** Rows that are compared before other work of the process has its turn: about a millisecond. */
const rowsAtOnce = 8_192

/** Rows of equal length in one block of memory, of which the nearest to a query are found by comparing it with each of them. */
export class VectorList {
  readonly #dimensions: number
  readonly #rowBytes: number
  readonly #memory = makeKernelMemory()
  readonly #dots: DotKernel
  readonly #rowsAt: number
  #length = 0

  /** `dimensions` is a multiple of 8. */
  constructor(dimensions: number) {
    if (dimensions % 8 !== 0) throw new RangeError('the dimensions are a multiple of 8')
    this.#dimensions = dimensions
    this.#rowBytes = dimensions * 4
    this.#rowsAt = this.#rowBytes + rowsAtOnce * 4
    this.#dots = makeDotKernel(this.#memory)
    this.#reserve(0)
  }

  get length(): number {
    return this.#length
  }

  /** Stores a vector in a row, which is one of the list or the next one. */
  set(row: number, vector: Float32Array): void {
    if (vector.length !== this.#dimensions || row > this.#length) throw new RangeError('not a row of this list')
    this.#reserve(row + 1)
    this.#floats(this.#addressOf(row), this.#dimensions).set(vector)
    this.#length = Math.max(this.#length, row + 1)
  }

  get(row: number): Float32Array {
    return this.#floats(this.#addressOf(row), this.#dimensions).slice()
  }

  /** Replaces a row by the last one, which is removed. */
  removeByLast(row: number): void {
    this.set(row, this.get(this.#length - 1))
    this.#length -= 1
  }

  /** Returns the `count` rows with the greatest products, greatest first. Compares in steps, between which rows may change. */
  async nearest(query: Float32Array, count: number, idOf: (row: number) => string | undefined): Promise<Neighbour[]> {
    const best: Neighbour[] = []
    for (let first = 0; first < this.#length; first += rowsAtOnce) {
      if (first > 0) await setImmediate()
      // rows may have been removed meanwhile, and other queries write to the same place
      const rows = Math.min(rowsAtOnce, this.#length - first)
      if (rows > 0) this.#compare(query, first, rows, { best, count, idOf })
    }
    return best
  }

  #compare(query: Float32Array, first: number, rows: number, { best, count, idOf }: Search): void {
    this.#floats(0, this.#dimensions).set(query)
    this.#dots(0, this.#addressOf(first), rows, this.#rowBytes, this.#rowBytes)
    const scores = this.#floats(this.#rowBytes, rows)
    let least = best.length < count ? Number.NEGATIVE_INFINITY : (best.at(-1)?.score ?? Number.NEGATIVE_INFINITY)
    for (let index = 0; index < rows; index++) {
      const score = scores[index] ?? 0
      if (score <= least) continue
      const id = idOf(first + index)
      // a row that took the place of another has been compared already
      if (id === undefined || best.some((each) => each.id === id)) continue
      const place = best.findIndex((each) => each.score < score)
      best.splice(place === -1 ? best.length : place, 0, { id, score })
      if (best.length > count) best.pop()
      if (best.length === count) least = best.at(-1)?.score ?? least
    }
  }

  #addressOf(row: number): number {
    return this.#rowsAt + row * this.#rowBytes
  }

  #floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length)
  }

  /** Grows by an eighth at least, so that adding many rows copies little. */
  #reserve(rows: number): void {
    const missing = this.#addressOf(rows) - this.#memory.buffer.byteLength
    if (missing <= 0) return
    this.#memory.grow(Math.ceil(Math.max(missing, this.#memory.buffer.byteLength / 8) / pageBytes))
  }
}

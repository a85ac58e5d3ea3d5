import { VectorList, type Neighbour } from './vector-list.ts'

/** Vectors by the ids of what they describe. */
export class NamedVectors {
  readonly #most: number
  #list: VectorList | undefined
  readonly #rows = new Map<string, number>()
  readonly #ids: string[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Stores a vector; returns false if there are as many as there may be. */
  put(id: string, vector: Float32Array): boolean {
    const row = this.#rows.get(id) ?? this.#ids.length
    if (row >= this.#most) return false
    this.#list ??= new VectorList(vector.length)
    this.#list.set(row, vector)
    this.#ids[row] = id
    this.#rows.set(id, row)
    return true
  }

  remove(id: string): void {
    const row = this.#rows.get(id)
    const last = this.#ids.at(-1)
    if (row === undefined || last === undefined) return
    this.#list?.removeByLast(row)
    this.#ids[row] = last
    this.#ids.pop()
    this.#rows.set(last, row)
    this.#rows.delete(id)
  }

  get(id: string): Float32Array | undefined {
    const row = this.#rows.get(id)
    return row === undefined ? undefined : this.#list?.get(row)
  }

  /** The nearest vectors, nearest first: all are compared, so none is missed. */
  async nearest(vector: Float32Array, count: number): Promise<Neighbour[]> {
    return (await this.#list?.nearest(vector, count, (row) => this.#ids[row])) ?? []
  }
}

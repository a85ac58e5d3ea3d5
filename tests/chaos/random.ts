import { createHash } from 'node:crypto'

/** Chance that repeats itself: the same seed and purpose give the same draws. */
export interface Random {
  /** From 0 up to, not with, 1. */
  readonly share: () => number
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  readonly shuffle: <T>(from: readonly T[]) => T[]
}

/** Draws of their own for each purpose, so that more of one change none of another. */
export function makeRandom(seed: number, purpose: string): Random {
  let state = createHash('sha256').update(`${seed} ${purpose}`).digest().readUInt32LE(0)
  // mulberry32
  const share = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[between(0, from.length - 1)]
    if (picked === undefined) throw new RangeError('there is nothing to pick from')
    return picked
  }
  const shuffle = <T>(from: readonly T[]): T[] => {
    const left = [...from]
    return from.map(() => left.splice(between(0, left.length - 1), 1)[0] as T)
  }
  return { share, between, pick, shuffle }
}

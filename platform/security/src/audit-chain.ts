import { hash } from 'node:crypto'

/** A link of a chain: its number from 1, the text that it protects, and the hash of all links up to it. */
export interface ChainLink {
  readonly sequence: number
  /** JSON of an object that begins with the number of the link: `{"sequence":1,`. */
  readonly text: string
  readonly hash: string
}

/** The end of a chain, or of its part up to a link. */
export interface ChainHead {
  readonly sequence: number
  readonly hash: string
}

/** Returns what the first link of a chain follows; its owner is part of it, so that the chain of one service cannot replace that of another. */
export function chainStart(owner: string): ChainHead {
  return { sequence: 0, hash: hash('sha256', `stoa audit 1\n${owner}`) }
}

/** Returns the hash of a link: SHA-256 over the hash before it, a line break, and its text, which contains its number. */
export function hashOfLink(previous: string, text: string): string {
  return hash('sha256', `${previous}\n${text}`)
}

/** Appends JSON objects, given as text, to a chain in their order; each gets its number as its first member. */
export function linkObjects(head: ChainHead, objects: readonly string[]): ChainLink[] {
  let { sequence, hash: previous } = head
  return objects.map((object) => {
    sequence += 1
    const text = `{"sequence":${sequence},${object.slice(1)}`
    previous = hashOfLink(previous, text)
    return { sequence, text, hash: previous }
  })
}

/** What is wrong with a chain, from a link on. */
export type ChainFault =
  | { readonly kind: 'removed'; readonly sequence: number; readonly count: number }
  /** Its text or its hash is not what was written. */
  | { readonly kind: 'changed'; readonly sequence: number }
  /** It was written under the number `from`. */
  | { readonly kind: 'moved'; readonly sequence: number; readonly from: number }

/** Follows the links of a chain, in the order of their numbers. */
export interface ChainCheck {
  /** Returns what is wrong at this link, if anything. */
  readonly take: (link: ChainLink) => ChainFault | undefined
  readonly head: () => ChainHead
}

/** So many links that are wrong in a row are remembered, to find the first right one behind them. */
const rememberedHashes = 100

/**
 * Makes the check of the links behind a head. After a link that is wrong it continues with the stored hashes, so that a right link
 * behind it is not reported with it.
 */
export function checkChain(start: ChainHead): ChainCheck {
  let head = start
  // since the last right link: in what order wrong ones were written is unknown
  let candidates: string[] = [start.hash]
  return {
    take({ sequence, text, hash: stored }) {
      const missing = sequence - head.sequence - 1
      const follows = missing === 0 && candidates.some((previous) => hashOfLink(previous, text) === stored)
      const number = numberIn(text)
      const isRight = number === sequence && (follows || missing > 0)
      candidates = isRight ? [stored] : [stored, ...candidates].slice(0, rememberedHashes)
      const from = head.sequence + 1
      head = { sequence, hash: stored }
      if (missing > 0) return { kind: 'removed', sequence: from, count: missing }
      if (isRight) return undefined
      return number === undefined || number === sequence
        ? { kind: 'changed', sequence }
        : { kind: 'moved', sequence, from: number }
    },
    head: () => head,
  }
}

function numberIn(text: string): number | undefined {
  const [, digits] = /^\{"sequence":(\d{1,15}),/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

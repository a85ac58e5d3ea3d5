/** A word of the index that may have been meant. */
export interface Candidate {
  readonly word: string
  /** The number of products that have the word and all other words of the query. */
  readonly products: number
}

/** Those of these words that are near enough to an unknown word: within one edit for up to five letters, two for more. */
export function nearWords(word: string, known: readonly string[]): string[] {
  const most = word.length < 3 ? 0 : word.length <= 5 ? 1 : 2
  return known.filter((each) => each !== word && editDistance(word, each) <= most)
}

/**
 * The word that was most likely meant by an unknown word, of those that products have: the nearest by edit distance, then the one with
 * the same first letter, then the one that most products have.
 */
export function chooseCorrection(word: string, candidates: readonly Candidate[]): string | undefined {
  const [best] = candidates
    .filter(({ products }) => products > 0)
    .map((candidate) => ({ ...candidate, distance: editDistance(word, candidate.word) }))
    .toSorted(
      (left, right) =>
        left.distance - right.distance ||
        Number(right.word[0] === word[0]) - Number(left.word[0] === word[0]) ||
        right.products - left.products ||
        (left.word < right.word ? -1 : 1),
    )
  return best?.word
}

/** The insertions, deletions, substitutions and transpositions of neighbours between two words (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, column - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}

import type { Highlighted } from '@stoa/contracts/search/resources'

/** Enclose the matches in a text from the database: characters for private use, which no text contains there. */
export const matchStart = '\u{e000}'
export const matchEnd = '\u{e001}'

/** Splits a text with enclosed matches into pieces; undefined if nothing matches. */
export function highlightedOf(marked: string): Highlighted | undefined {
  if (!marked.includes(matchStart)) return undefined
  return marked
    .split(/[\u{e000}\u{e001}]/u)
    .flatMap((text, index) => (text === '' ? [] : [{ text, isMatch: index % 2 === 1 }]))
}

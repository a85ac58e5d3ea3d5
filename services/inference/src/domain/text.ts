/** The words of a text as the vocabulary has them: lower case, without accents. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** A part of a text, from `start` up to `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The sentences of a text, without the spaces between them; at most `most`. */
export function sentencesOf(text: string, most: number): Span[] {
  const spans: Span[] = []
  for (const { index, 0: match } of text.matchAll(/[^.!?\n]+(?:[.!?]+(?!\s|$)[^.!?\n]*)*[.!?]*/g)) {
    const start = index + (match.length - match.trimStart().length)
    const end = index + match.trimEnd().length
    if (end > start) spans.push({ start, end })
    if (spans.length === most) break
  }
  return spans
}

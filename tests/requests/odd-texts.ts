/** Texts that show nothing, or disturb what shows them, by what they are. */
export const oddTexts: readonly (readonly [what: string, text: string])[] = [
  ['of spaces', '   '],
  ['of no-break and ideographic spaces', '\u00a0\u2003\u3000'],
  ['of zero-width characters', '\u200b\u2060\ufeff'],
  ['of fillers that take no ink', '\u3164\u115f\u2800'],
  ['of invisible letters and operators', '\u17b4\u180e\u2062\uffa0'],
  ['of invisible characters beyond U+FFFF', '\u{1bca0}\u{1d173}\u{e0100}'],
  ['of combining marks of any script', '\u0483\u064b\u0e31'],
  ['of combining marks alone', '\u0301\u0308'],
  ['of variation selectors alone', '\ufe0f\ufe0f'],
  ['with a bell', 'a\u0007b'],
  ['with an escape sequence', 'a\u001b[31mb'],
  ['with DEL', 'a\u007fb'],
  ['with a C1 control', 'a\u009bb'],
  ['with a line separator', 'a\u2028b'],
  ['with an embedding of the other direction', 'a\u202eb'],
  ['with an isolate', 'a\u2066b'],
  ['with a direction mark', 'a\u200fb'],
  ['with tags, which hide a text', 'a\u{e0041}\u{e007f}'],
  ['with a noncharacter', 'a\uffffb'],
  ['with an interlinear annotation', 'a\ufff9b'],
]

/** Texts that a line of text does not take either, though a note may. */
export const oddInLines: readonly (readonly [what: string, text: string])[] = [
  ['with a line break', 'a\nb'],
  ['with a carriage return', 'a\rb'],
  ['with a tab', 'a\tb'],
]

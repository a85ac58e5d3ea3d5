// the C0 and C1 controls and the characters that change the direction of text; not the line feed
const unseen = new RegExp(String.raw`[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]`, 'g')

/** Escapes control characters (`\x1b`), so that foreign text cannot control the terminal. Line breaks are kept. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Escapes line breaks too, for a cell of a table. */
export function visibleCell(text: string): string {
  return visible(text).replaceAll('\n', String.raw`\x0a`)
}

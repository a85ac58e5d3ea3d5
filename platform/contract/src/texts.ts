import { Type, type TString } from 'typebox'

// Tags are invisible and spell text; the flags of England, Scotland and Wales alone consist of them (Unicode TR51).
const TAGS = String.raw`\u{e0001}\u{e0020}-\u{e007f}`
const FLAG = String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{4,6}\u{e007f}`

// Characters that disturb a terminal, a mail header or the surrounding text: controls, line and paragraph separators, characters
// that change the direction of text (Unicode TR36), annotations between lines, tags, and noncharacters.
const SHARED_CONTROLS = String.raw`\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\p{Cs}\ufff9-\ufffb${TAGS}`
const CONTROLS = String.raw`\p{Cc}${SHARED_CONTROLS}`
const NOTE_CONTROLS = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f${SHARED_CONTROLS}`

// Characters that show nothing by themselves: spaces, combining marks, letters without ink (Braille, music, hieroglyphs), and
// those that Unicode declares invisible.
const INKLESS = String.raw`\p{Zs}\p{Mn}\p{Me}\u2800\u{1d159}\u{13441}\u{13442}`
const NOTE_INKLESS = String.raw`\t\n\r${INKLESS}`
const INVISIBLE = String.raw`\p{Default_Ignorable_Code_Point}`

/**
 * Matches text with a visible character and without controls, in one pass. The leading blanks that are allowed are the
 * inkless characters, and the invisible ones but for controls.
 */
function visible(controls: string, inkless: string): string {
  const blank = String.raw`(?:[${inkless}]|[^\P{Default_Ignorable_Code_Point}${inkless}${controls}])`
  return `${blank}*(?:${FLAG}|[^${controls}${inkless}${INVISIBLE}])(?:${FLAG}|[^${controls}])*`
}

const nameDetail = 'must contain a visible character, and no control characters'
const noteDetail = 'must contain a visible character, and no control characters but line breaks and tabs'

// Other engines than those of ECMAScript do not support all of this. Documents contain patterns that every engine supports,
// which accept slightly more.
const PORTABLE_CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f\u2028\u2029`
const PORTABLE_NOTE_CONTROLS = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029`
const portableText = (controls: string, blanks: string) => `[^${controls}]*[^${blanks}${controls}][^${controls}]*`

interface TextRule {
  readonly detail: string
  readonly portable: string
}

const rules = new Map<string, TextRule>()

function rule(pattern: string, content: TextRule): string {
  rules.set(pattern, content)
  return pattern
}

const NAME = visible(CONTROLS, INKLESS)
const NOTE = visible(NOTE_CONTROLS, NOTE_INKLESS)
const PORTABLE_NAME = portableText(PORTABLE_CONTROLS, ' ')
const PORTABLE_NOTE = portableText(PORTABLE_NOTE_CONTROLS, String.raw` \t\n\r`)
const NAME_PATTERN = rule(`^${NAME}$`, { detail: nameDetail, portable: `^${PORTABLE_NAME}$` })
const OPTIONAL_NAME_PATTERN = rule(`^(?:${NAME})?$`, { detail: nameDetail, portable: `^(?:${PORTABLE_NAME})?$` })
const NOTE_PATTERN = rule(`^${NOTE}$`, { detail: noteDetail, portable: `^${PORTABLE_NOTE}$` })
const OPTIONAL_NOTE_PATTERN = rule(`^(?:${NOTE})?$`, { detail: noteDetail, portable: `^(?:${PORTABLE_NOTE})?$` })

/** The message for a text that does not match the pattern of a text for people, or undefined for any other pattern. */
export function textDetail(pattern: unknown): string | undefined {
  return typeof pattern === 'string' ? rules.get(pattern)?.detail : undefined
}

/**
 * Replaces the patterns of texts for people in a document of schemas by ones that every engine of regular expressions
 * knows. They match all texts that the originals match, and a few that are refused.
 */
export function withPortablePatterns(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withPortablePatterns)
  if (typeof node === 'string') return rules.get(node)?.portable ?? node
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [rules.get(name)?.portable ?? name, withPortablePatterns(value)]),
  )
}

/** One line of text for people: the name or label of a person or an object. With a `minLength` of 0 it may be empty. */
export function nameText(maxLength: number, minLength = 1): TString {
  return Type.String({ minLength, maxLength, pattern: minLength === 0 ? OPTIONAL_NAME_PATTERN : NAME_PATTERN })
}

/** Text of one or several lines that people write to each other: a reason, a note. With a `minLength` of 0 it may be empty. */
export function noteText(maxLength: number, minLength = 1): TString {
  return Type.String({ minLength, maxLength, pattern: minLength === 0 ? OPTIONAL_NOTE_PATTERN : NOTE_PATTERN })
}

/** The key of a record that people read: like a name, but it must start with a visible character. */
export function keyText(maxLength: number): TString {
  const pattern = rule(`^[^${CONTROLS}${INKLESS}${INVISIBLE}][^${CONTROLS}]{0,${maxLength - 1}}$`, {
    detail: nameDetail,
    // engines that count UTF-16 units take two for some characters
    portable: `^[^ ${PORTABLE_CONTROLS}][^${PORTABLE_CONTROLS}]{0,${2 * maxLength - 1}}$`,
  })
  return Type.String({ pattern })
}

/** A name or token for programs of others: printable ASCII, with spaces only between other characters. */
export function opaqueText(maxLength: number, minLength = 1): TString {
  return Type.String({ minLength, maxLength, pattern: '^[!-~]([ -~]*[!-~])?$' })
}

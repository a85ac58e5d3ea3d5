/** A name of one or more words in all the ways in which code writes it. */
export interface Spellings {
  readonly kebab: string
  readonly camel: string
  readonly pascal: string
  readonly snake: string
  /** As people write it: `wish list`. */
  readonly prose: string
}

const form = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/

/** Whether a name is lower-case words joined by hyphens. */
export function isKebabCase(name: string): boolean {
  return form.test(name)
}

/** The ways to write a kebab-case name. */
export function spellingsOf(kebab: string): Spellings {
  const words = kebab.split('-')
  const pascal = words.map(capital).join('')
  return {
    kebab,
    pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    snake: words.join('_'),
    prose: words.join(' '),
  }
}

/** More than one of a kebab-case name, by the rules of English that know no exceptions. */
export function pluralOf(kebab: string): string {
  if (/[^aeiou]y$/.test(kebab)) return `${kebab.slice(0, -1)}ies`
  return /(s|x|z|ch|sh)$/.test(kebab) ? `${kebab}es` : `${kebab}s`
}

/** Puts one name in the place of another, and its plural in the place of the other's, in every way to write them. */
export function reword(text: string, from: string, to: string): string {
  const pairs = [...pairsOf(pluralOf(from), pluralOf(to)), ...pairsOf(from, to)]
  return pairs.reduce((reworded, [old, wanted]) => reworded.replaceAll(old, wanted), text)
}

function pairsOf(from: string, to: string): [string, string][] {
  const [old, wanted] = [spellingsOf(from), spellingsOf(to)]
  return [
    ...(['kebab', 'camel', 'pascal', 'snake', 'prose'] as const).map((each): [string, string] => [
      old[each],
      wanted[each],
    ]),
    [capital(old.prose), capital(wanted.prose)],
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

import { wordsOf } from './words.ts'

/** A parsed query. Every group, every phrase and no exclusion must match. */
export interface ParsedQuery {
  /** Words of which one must match, as the beginning of a word. */
  readonly groups: readonly (readonly string[])[]
  /** Words in this order, next to each other, separated by spaces. */
  readonly phrases: readonly string[]
  /** Words or phrases that must not match. */
  readonly excluded: readonly string[]
}

const mostWords = 10

/** One part of a query: a phrase in quotation marks, or text up to the next space; a hyphen before it excludes it. */
const part = /(?<excludes>(?<!\S)-)?(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/g

/**
 * Parses a query in the syntax of web search engines: words, "phrases", -exclusions, and OR between two words. Every text is a valid
 * query; characters other than letters and digits separate words. Words after the tenth are ignored.
 */
export function parseQuery(text: string): ParsedQuery {
  const groups: string[][] = []
  const phrases: string[] = []
  const excluded: string[] = []
  let count = 0
  let mayJoin = false
  let joins = false
  for (const { groups: found = {} } of text.matchAll(part)) {
    if (found['word'] === 'OR' || found['word'] === 'or') {
      joins = mayJoin
      continue
    }
    const words = wordsOf(found['phrase'] ?? found['word'] ?? '').slice(0, mostWords - count)
    count += words.length
    const isPlain = found['excludes'] === undefined && found['phrase'] === undefined
    if (words.length > 0) {
      if (found['excludes'] !== undefined) excluded.push(words.join(' '))
      else if (!isPlain && words.length > 1) phrases.push(words.join(' '))
      else addWords(groups, words, joins)
    }
    mayJoin = isPlain && words.length > 0
    joins = false
  }
  return { groups, phrases, excluded }
}

function addWords(groups: string[][], words: readonly string[], joins: boolean): void {
  const [first, ...others] = words
  const last = groups.at(-1)
  if (joins && last !== undefined && first !== undefined) last.push(first)
  else if (first !== undefined) groups.push([first])
  for (const word of others) groups.push([word])
}

/** Whether a query asks for nothing: it has no word that must match. */
export function isEmpty({ groups, phrases }: ParsedQuery): boolean {
  return groups.length === 0 && phrases.length === 0
}

/** The text of a query, in the form in which it is parsed again. */
export function textOf({ groups, phrases, excluded }: ParsedQuery): string {
  const quoted = (words: string) => (words.includes(' ') ? `"${words}"` : words)
  return [
    ...groups.map((words) => words.join(' OR ')),
    ...phrases.map(quoted),
    ...excluded.map((words) => `-${quoted(words)}`),
  ].join(' ')
}

/** The words that must match by themselves. */
export function singleWords({ groups }: ParsedQuery): string[] {
  return groups.flatMap((words) => (words.length === 1 ? words : []))
}

/** The query with some of its words replaced. */
export function withWords(query: ParsedQuery, replacements: ReadonlyMap<string, string>): ParsedQuery {
  const groups = query.groups.map((words) => words.map((word) => replacements.get(word) ?? word))
  return { ...query, groups }
}

/** The query with every word accompanied by the words that mean the same. */
export function withSynonyms(query: ParsedQuery, synonyms: ReadonlyMap<string, readonly string[]>): ParsedQuery {
  const groups = query.groups.map((words) => [...words, ...words.flatMap((word) => synonyms.get(word) ?? [])])
  return { ...query, groups }
}

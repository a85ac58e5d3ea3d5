import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Phrase, phrases } from './phrases.ts'

const texts = /\.(ts|mjs|cjs|md|ya?ml|proto|template)$/
// A migration that has been applied must not change, not even in its comments.
const fixed = /(_pb\.d\.ts|\/(migrations|schema|service-schema|phrases|words\.test)\.ts|\/schema\/[^/]+\.ts)$/
const gap = '(?:\\s+(?:\\*|//|#|>)?\\s*)'

/** The phrases of the list that a text contains, each with its line, in the order of the text. */
export function findPhrases(text: string): { readonly line: number; readonly found: string; readonly but: string }[] {
  return phrases
    .flatMap(({ not, but }) =>
      [...text.matchAll(matcher(not))].map((match) => ({ at: match.index, found: match[0], but })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ at, found, but }) => ({
      line: text.slice(0, at).split('\n').length,
      found: found.replaceAll(new RegExp(gap, 'g'), ' '),
      but,
    }))
}

const matcher = (not: Phrase['not']) => new RegExp(`(?<![\\w-])(?:${not.source.replaceAll(' ', gap)})(?![\\w-])`, 'gi')

/** Phrases below `paths` that are not plain English, as lines with what to write in their place. */
export async function checkWords(
  root: string,
  paths: readonly string[],
  skipped = ['node_modules', 'fixtures'],
): Promise<string[]> {
  const lines: string[] = []
  const exclude = (name: string) => skipped.includes(name.split('/').at(-1) ?? name)
  const patterns = paths.flatMap((path) => (texts.test(path) ? [path] : [`${path}/**/*`]))
  for await (const path of glob(patterns, { cwd: root, exclude })) {
    if (!texts.test(path) || fixed.test(path)) continue
    const found = findPhrases(await readFile(join(root, path), 'utf8'))
    lines.push(...found.map(({ line, found: words, but }) => `${path}:${line}: "${words}"; write: ${but}`))
  }
  return lines.sort()
}

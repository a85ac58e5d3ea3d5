import { glob } from 'node:fs/promises'

const bannedWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'impl', 'base'])

/** The banned word among the words of a file's or folder's name, if there is one. */
export function findBannedWord(path: string): string | undefined {
  const words = path.toLowerCase().split(/[^a-z0-9]+/)
  return words.find((word) => bannedWords.has(word))
}

/** Names below `paths` that say nothing about what they hold, as lines. */
export async function checkFileNames(
  root: string,
  paths: readonly string[],
  skipped = ['node_modules', 'fixtures'],
): Promise<string[]> {
  const lines: string[] = []
  const exclude = (name: string) => skipped.includes(name.split('/').at(-1) ?? name)
  for await (const path of glob(
    paths.map((folder) => `${folder}/**/*`),
    { cwd: root, exclude },
  )) {
    const word = findBannedWord(path.slice(path.lastIndexOf('/') + 1))
    if (word !== undefined) lines.push(`${path}: "${word}" says nothing about what it holds; name it after that`)
  }
  return lines.sort()
}

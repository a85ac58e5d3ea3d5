import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const recursive = /\bmkdir(?:Sync)?\((?:[^()]|\([^()]*\))*\brecursive: true/g

/** The lines of a source in which Node makes a folder and those above it. */
export function findRecursiveMkdir(source: string): number[] {
  return [...source.matchAll(recursive)].map(({ index }) => source.slice(0, index).split('\n').length)
}

/** Calls below `paths`, outside of tests, that never return below /proc, as lines. */
export async function checkFolders(root: string, paths: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  const files = glob(
    paths.map((folder) => `${folder}/src/**/*.ts`),
    { cwd: root },
  )
  for await (const path of files) {
    if (path.endsWith('.test.ts')) continue
    for (const line of findRecursiveMkdir(await readFile(join(root, path), 'utf8')))
      lines.push(
        `${path}:${line}: mkdir with recursive never returns where there are no folders to give, such as /proc; use makeFolder`,
      )
  }
  return lines.sort()
}

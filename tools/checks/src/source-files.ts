import { glob } from 'node:fs/promises'

const notOurs = new Set(['node_modules', 'fixtures', 'coverage', 'dist', '.stoa', '.git'])

/** TypeScript files of ours under `paths`, relative to the root, without known-bad fixtures and generated declarations. */
export async function sourceFiles(root: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  const patterns = paths.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.{ts,tsx}`))
  for await (const entry of glob(patterns, {
    cwd: root,
    exclude: (name) => notOurs.has(name.split('/').at(-1) ?? name),
  })) {
    if (!entry.endsWith('.d.ts')) found.push(entry)
  }
  return found.sort()
}

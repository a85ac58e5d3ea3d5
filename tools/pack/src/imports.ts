import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'

interface Declared {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** The packages that compiled files or their declarations import and the manifest does not declare. */
export function undeclaredImports(folder: string, { name, dependencies }: Declared): string[] {
  const isKnown = (each: string) => each === name || each in dependencies || builtinModules.includes(each)
  return importsIn(folder).filter((each) => !isKnown(each))
}

/** The names of the packages that compiled files or their declarations import. */
export function importsIn(folder: string): string[] {
  const files = globSync('**/*.{js,d.ts}', { cwd: folder })
  return [...new Set(files.flatMap((file) => importsOf(readFileSync(join(folder, file), 'utf8'))))].toSorted()
}

/** The names of the packages that a compiled module imports, statically or dynamically. */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  const found = code.matchAll(/\b(?:from|import)\s*\(?\s*["'](@?[a-z][\w./:-]*)["']/g)
  return [...new Set([...found].map(([, path = '']) => packageOf(path)).filter((each) => !each.startsWith('node:')))]
}

function packageOf(path: string): string {
  return path.startsWith('@') ? path.split('/', 2).join('/') : (path.split('/', 1)[0] ?? path)
}

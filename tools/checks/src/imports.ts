import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { importRules } from './import-rules.ts'
import { sourceFiles } from './source-files.ts'

export interface ForbiddenImport {
  readonly rule: string
  readonly from: string
  readonly to: string
}

export interface ImportReport {
  /** Paths of the files that were read, relative to the root. */
  readonly read: readonly string[]
  readonly forbidden: readonly ForbiddenImport[]
}

export interface ImportCheck {
  readonly root: string
  /** Files or folders, relative to the root. */
  readonly paths: readonly string[]
  readonly prefix?: string
}

/** Reads the import graph below `paths` and judges it by `importRules`. */
export async function readImports({ root, paths, prefix = '' }: ImportCheck): Promise<ImportReport> {
  const { output } = await cruise(
    [...paths],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: importRules(prefix) },
      // TypeScript 7 has no API to parse with; without a parser named here, files would be passed over in silence.
      parser: 'swc',
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      doNotFollow: { path: '(^|/)node_modules/' },
      ...(prefix === '' && { exclude: { path: '(^|/)(fixtures|coverage|\\.stoa)/' } }),
    },
    {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  )
  const { modules, summary } = output as ICruiseResult
  return {
    read: modules.map(({ source }) => source),
    forbidden: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  }
}

/** What is wrong with the imports of the files below `paths`, as lines. */
export async function checkImports(check: ImportCheck): Promise<string[]> {
  const wanted = await sourceFiles(check.root, check.paths)
  if (wanted.length === 0) return ['no source file was found to read']
  return judgeReport(wanted, await readImports(check))
}

/** A run that did not read every source file there is would find nothing to object to, so that is an objection itself. */
export function judgeReport(wanted: readonly string[], { read, forbidden }: ImportReport): string[] {
  const known = new Set(read)
  const unread = wanted.filter((file) => !known.has(file))
  return [
    ...unread.map((file) => `${file}: was not read`),
    ...forbidden.map(({ rule, from, to }) => `${from}: must not import ${to} (${rule})`),
  ]
}

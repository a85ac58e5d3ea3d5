/** The parts of a package.json that matter here. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly exports: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/**
 * The manifest of the packed package: exports are compiled files, and only what users need is left. A package whose types alone are
 * imported is a development dependency in the repository; the declarations of the packed package need it.
 */
export function publicManifest(
  { name, version, license, exports, dependencies = {}, devDependencies = {} }: Manifest,
  imported: readonly string[],
) {
  const ofTypes = Object.entries(devDependencies).filter(([each]) => imported.includes(each))
  const entries = typeof exports === 'string' ? { '.': exports } : exports
  return {
    name,
    version,
    license,
    type: 'module' as const,
    engines: { node: '>=26' },
    files: ['dist'],
    exports: Object.fromEntries(Object.entries(entries).map(([path, source]) => [path, compiledEntry(source)])),
    dependencies: { ...dependencies, ...Object.fromEntries(ofTypes) },
  }
}

function compiledEntry(source: string) {
  const compiled = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '')
  return { types: `${compiled}.d.ts`, default: `${compiled}.js` }
}

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importsIn, undeclaredImports } from './imports.ts'
import { publicManifest, type Manifest } from './manifest.ts'
import { run } from './run.ts'

/** A packed package. */
export interface Packed {
  readonly name: string
  /** The path of its .tgz file. */
  readonly file: string
}

/**
 * Compiles the platform and packs each of its packages into a folder. Packages from before are removed, other files stay.
 * @throws Error if the compiler fails, or if a package imports what its manifest does not declare
 */
export function packPlatform(root: string, out: string): Packed[] {
  const work = mkdtempSync(join(tmpdir(), 'stoa-pack-'))
  try {
    const compiled = compile(root, work)
    mkdirSync(out, { recursive: true })
    removePackages(out)
    return readdirSync(join(root, 'platform')).map((name) => packOne({ root, work, compiled, out }, name))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Removes packed packages from a folder, and nothing else: it may be any folder of the user. */
export function removePackages(folder: string): void {
  for (const file of globSync('stoa-*.tgz', { cwd: folder })) rmSync(join(folder, file))
}

function compile(root: string, work: string): string {
  const compiled = join(work, 'compiled')
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      declaration: true,
      rootDir: join(root, 'platform'),
      outDir: compiled,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [join(root, 'platform/*/src')],
    exclude: [join(root, 'platform/**/*.test.ts'), join(root, 'platform/**/test-*.ts')],
  }
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config))
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(work, 'tsconfig.json')], {
    cwd: root,
  })
  return compiled
}

interface Places {
  readonly root: string
  readonly work: string
  readonly compiled: string
  readonly out: string
}

function packOne({ root, work, compiled, out }: Places, name: string): Packed {
  const source = join(root, 'platform', name)
  const folder = join(work, name)
  cpSync(join(compiled, name, 'src'), join(folder, 'dist'), { recursive: true })
  copyGenerated(join(source, 'src'), join(folder, 'dist'))
  for (const path of [join(source, 'README.md'), join(root, 'LICENSE')])
    if (existsSync(path)) cpSync(path, join(folder, path.slice(path.lastIndexOf('/') + 1)))
  const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  const manifest = publicManifest(own, importsIn(join(folder, 'dist')))
  const undeclared = undeclaredImports(join(folder, 'dist'), manifest)
  if (undeclared.length > 0) throw new Error(`${manifest.name} imports without declaring it: ${undeclared.join(', ')}`)
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  run('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder })
  return { name: manifest.name, file: join(out, `stoa-${name}-${manifest.version}.tgz`) }
}

/** The compiler does not copy JavaScript that is generated together with its declarations. */
function copyGenerated(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !/\.[^./]+$/.test(path) || /_pb\.(?:js|d\.ts)$/.test(path),
  })
}

import { createHash } from 'node:crypto'
import { cp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join, relative } from 'node:path'
import type { System } from '@stoa/system/define-system'
import type { Deployment } from '@stoa/system/topology'
import { root } from '@stoa/system/root'
import { findSeedFile } from '@stoa/system/seed/seed-file'
import type { DataFolder } from './data-folder.ts'
import { makeFolder } from './make-folder.ts'

/** The services' code, bundled once for all of them. */
export interface Bundle {
  /** What V8 made of the code, so that a start need not; it goes with the bundle. */
  readonly compileCache: string
  /** The program of a service, or of the seed. */
  readonly entry: (name: string) => string
  /** Whether the programs are the sources themselves, which may change while they run. */
  readonly isSource: boolean
}

/** The entry of the program that runs several services in one process. */
export const packEntry = 'pack'

/** The entry of the program that puts the demonstration data in. */
export const seedEntry = 'seed'

/** The entry of the module that exports the seed of a service. */
export function seedEntryOf(service: string): string {
  return `${seedEntry}-${service}`
}

const sharedFolders = [
  'platform',
  'contracts',
  'services',
  'control',
  'edge',
  'systems',
  'system/src',
  'supervisor/src',
]

/** The folders that hold the sources of the programs of a system. */
export function sourceFolders(services: readonly Deployment[]): string[] {
  const isShared = (folder: string) => sharedFolders.some((shared) => folder.startsWith(`${shared}/`))
  return [...sharedFolders, ...services.map(({ folder }) => folder).filter((folder) => !isShared(folder))]
}

const passedOver = new Set(['node_modules', 'tests', 'fixtures', '.stoa'])
const keptBundles = 3

/** The sources themselves in place of a bundle: Node strips their types as it loads them. */
export function sourcesAsTheyStand(data: DataFolder, deployments: readonly Deployment[]): Bundle {
  const files = entryFiles(deployments)
  return {
    compileCache: join(data.path, 'compiled-sources'),
    entry: (name) => files.get(name) ?? name,
    isSource: true,
  }
}

/** The source files of all entries but that of the pack. */
export function entryFiles(deployments: readonly Deployment[]): ReadonlyMap<string, string> {
  const seeds = deployments.flatMap((each) => {
    const file = findSeedFile(each)
    return file === undefined ? [] : [[seedEntryOf(each.name), file] as const]
  })
  return new Map([
    ...deployments.map(({ name, folder }) => [name, join(root, folder, 'src/main.ts')] as const),
    [seedEntry, join(root, 'system/src/seed/main.ts')],
    ...seeds,
  ])
}

/** Returns the bundle of the current sources; builds it if it does not exist. */
export async function ensureBundle(data: DataFolder, { name: system, services: deployments }: System): Promise<Bundle> {
  const folder = join(data.bundles, await contentHash(system, sourceFolders(deployments)))
  const bundle = {
    compileCache: join(folder, 'compiled'),
    entry: (name: string) => join(folder, 'entries', `${name}.js`),
    isSource: false,
  }
  if (await exists(folder)) {
    const now = new Date()
    await utimes(folder, now, now)
    return bundle
  }
  const unfinished = `${folder}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await makeFolder(unfinished)
  const { buildBundle } = await import('./build-bundle.ts')
  await buildBundle(unfinished, deployments)
  await Promise.all(deployments.map((each) => copyFilesOf(each, unfinished)))
  await rename(unfinished, folder)
  await dropOld(data.bundles)
  return bundle
}

async function contentHash(system: string, folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  // with the place of the packages that stay outside of the bundle
  hash.update(JSON.stringify([process.version, system, root]))
  hash.update(await readFile(join(root, 'package-lock.json')))
  const files = (await Promise.all(folders.map((folder) => listSources(join(root, folder))))).flat().toSorted()
  const contents = await Promise.all(files.map((file) => readFile(file)))
  files.forEach((file, index) =>
    hash
      .update(relative(root, file))
      .update('\0')
      .update(contents[index] ?? ''),
  )
  return hash.digest('hex').slice(0, 16)
}

async function listSources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : listSources(path)
    return /\.(ts|js|sql|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [path] : []
  })
  return (await Promise.all(lists)).flat()
}

/** Copies what a service reads at run time into a bundle: its migrations and the files that it serves. */
export async function copyFilesOf(deployment: Deployment, target: string): Promise<void> {
  await Promise.all([copyMigrations(deployment, target), copyAssets(deployment, target)])
}

/** A service finds them beside its own folder, as in the repository. */
async function copyMigrations({ folder, name }: Deployment, target: string): Promise<void> {
  const source = join(root, folder, 'migrations')
  if (await exists(source)) await cp(source, join(target, name, 'migrations'), { recursive: true })
}

/** As the migrations: beside its own folder, by the names of the files alone. */
async function copyAssets({ name, folder, assets = [] }: Deployment, target: string): Promise<void> {
  const { resolve } = createRequire(join(root, folder, 'package.json'))
  await Promise.all(assets.map((asset) => cp(resolve(asset), join(target, name, 'assets', basename(asset)))))
}

async function dropOld(folder: string): Promise<void> {
  const names = await readdir(folder)
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })))
  const old = aged.toSorted((a, b) => b.at - a.at).slice(keptBundles)
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })))
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

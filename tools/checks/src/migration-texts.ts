import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Named {
  readonly name: string
  readonly sql: string
}

/** A migration with the earlier ones of its set. */
export interface MigrationText extends Named {
  /** Its file, or the module that contains it and its name. */
  readonly id: string
  readonly before: readonly Named[]
}

/** The migrations in files below `paths`. */
export async function migrationFiles(root: string, paths: readonly string[]): Promise<MigrationText[]> {
  const found = await Array.fromAsync(
    glob(
      paths.map((folder) => `${folder}/**/migrations/**/*.sql`),
      { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] },
    ),
  )
  const sets = await Promise.all([...new Set(found.map(dirname))].map((folder) => migrationsOf(root, folder)))
  return sets.flat()
}

/** The migrations of one folder. */
export async function migrationsOf(root: string, folder: string): Promise<MigrationText[]> {
  const files = (await Array.fromAsync(glob('*.sql', { cwd: join(root, folder) }))).toSorted()
  const set = await Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(join(root, folder, file), 'utf8'),
    })),
  )
  return inOrder(set, (name) => `${folder}/${name}.sql`)
}

/** The migrations that packages below `platform` declare in code, each as the module that exports its set and its name. */
export async function migrationsInCode(root: string): Promise<MigrationText[]> {
  const found: MigrationText[] = []
  for await (const path of glob('platform/*/src/**/*.ts', { cwd: root })) {
    if (!(await readFile(join(root, path), 'utf8')).includes(': MigrationSet = {')) continue
    const exported = (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>
    for (const { migrations } of Object.values(exported).filter(isSet))
      found.push(...inOrder(migrations, (name) => `${path} ${name}`))
  }
  return found
}

function isSet(value: unknown): value is { readonly migrations: readonly Named[] } {
  return typeof value === 'object' && value !== null && 'migrations' in value && Array.isArray(value.migrations)
}

function inOrder(set: readonly Named[], idOf: (name: string) => string): MigrationText[] {
  return set.map((each, index) => ({ ...each, id: idOf(each.name), before: set.slice(0, index) }))
}

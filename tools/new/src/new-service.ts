import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { system as shop } from '@stoa/systems/shop'
import { checkServiceName } from './check-name.ts'
import { appendToList, insertAfterLast } from './edit-source.ts'
import { lockWorkspace, type LockFile } from './lock-file.ts'
import { pluralOf, reword, spellingsOf } from './words.ts'

/** A file that is to be written, from the root of the repository. */
export interface PlannedFile {
  readonly path: string
  readonly text: string
}

/** What a new service comes to. */
export interface PlannedService {
  readonly name: string
  readonly port: number
  /** Where it is served: /api/v1/gift-cards. */
  readonly path: string
  readonly files: readonly PlannedFile[]
}

const templateFolder = join(import.meta.dirname, '../template')
const templateName = 'wish-list'
const ending = '.template'

// Those below belong to services that are known by them.
const firstFreePort = 8030

/** Every file of a new service, and the files that have to know of it as they then are. @throws Sorry */
export function planService(root: string, name: string): PlannedService {
  checkServiceName(root, name)
  const port = findFreePort()
  const made = globSync(`**/*${ending}`, { cwd: templateFolder }).map((path): PlannedFile => {
    const text = readFileSync(join(templateFolder, path), 'utf8').replaceAll('{{port}}', String(port))
    return { path: reword(path.slice(0, -ending.length), templateName, name), text: reword(text, templateName, name) }
  })
  return { name, port, path: `/api/v1/${pluralOf(name)}`, files: [...made, ...planEdits(root, name, made)] }
}

function findFreePort(): number {
  const taken = new Set(shop.services.flatMap(({ port, furtherPorts = {} }) => [port, ...Object.values(furtherPorts)]))
  for (let port = firstFreePort; ; port++) if (!taken.has(port)) return port
}

function planEdits(root: string, name: string, made: readonly PlannedFile[]): PlannedFile[] {
  const { camel } = spellingsOf(name)
  const edit = (path: string, change: (text: string) => string) => ({
    path,
    text: change(readFileSync(join(root, path), 'utf8')),
  })
  return [
    edit('contracts/catalogue.ts', (text) => {
      const imported = insertAfterLast(text, /^import \{/, `import { ${camel} } from './${name}/service.ts'`)
      return appendToList(imported, 'catalogue: readonly Service[] = [', camel)
    }),
    edit('systems/shop.ts', (text) => {
      const line = `import { ${camel} } from '@stoa/contracts/${name}/service'`
      return insertAfterLast(
        insertAfterLast(text, /^import \{.*@stoa\/contracts\//, line),
        /^ {4}(?:\{ \.\.\.)?service\('services', .*,$/,
        `    service('services', ${camel}),`,
      )
    }),
    edit('package-lock.json', (text) => {
      const folder = `services/${name}`
      const manifest = made.find(({ path }) => path === `${folder}/package.json`)?.text ?? '{}'
      const lock = lockWorkspace(JSON.parse(text) as LockFile, folder, JSON.parse(manifest) as { name: string })
      return `${JSON.stringify(lock, undefined, 2)}\n`
    }),
  ]
}

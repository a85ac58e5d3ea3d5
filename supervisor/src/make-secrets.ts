import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from '@stoa/system/define-system'
import { configuredIn } from '@stoa/system/publish/kubernetes-objects'
import { dataFolderAt } from './data-folder.ts'
import { makeFolder } from './make-folder.ts'
import { parseVariables, secretFiles, withMissing } from './secret-files.ts'
import { ensureSecrets } from './secrets.ts'

export { registryTokenOf } from '@stoa/security'

/**
 * Makes the secrets of a system in a folder, a file for each Secret, and returns how many files there are. May be repeated, also after it was
 * interrupted: it keeps what the files have and adds what is missing, such as the secrets of a new service.
 */
export async function makeSecrets(system: System, folder: string, address: string): Promise<number> {
  await makeFolder(folder, 0o700)
  const made = await ensureSecrets(dataFolderAt(folder), system.services)
  const kept = async (secret: string, variable: string) =>
    parseVariables(await textOf(join(folder, `${secret}.env`)))[variable]
  // Other secrets are made from these.
  const secrets = { ...made, registryToken: (await kept('registry-secrets', 'REGISTRY_TOKEN')) ?? made.registryToken }
  const password = (await kept('postgres-secrets', 'POSTGRES_PASSWORD')) ?? randomBytes(32).toString('base64url')
  // In the order of the map: that of PostgreSQL, whose password is nowhere else, comes first.
  const files = secretFiles(await configuredIn(system), secrets, { address, password })
  for (const [name, variables] of files) {
    const file = join(folder, `${name}.env`)
    await replace(file, withMissing(await textOf(file), variables))
  }
  return files.size
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** As a whole, so that no interrupted run leaves a secret cut off. */
async function replace(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(unfinished, text, { mode: 0o600 })
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

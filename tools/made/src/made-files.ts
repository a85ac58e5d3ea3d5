import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { catalogue } from '@stoa/contracts/catalogue'
import { topology } from '@stoa/system/topology'
import { registry } from '@stoa/contracts/registry/service'
import { contractPart, routesPart } from './contract-part.ts'
import { errorsPart } from './errors-part.ts'
import { replaceMarkedPart } from './marked-part.ts'
import { servicesPart } from './services-part.ts'
import { settingsPart } from './settings-part.ts'

/** Folder of the checkout. */
export const root = resolve(import.meta.dirname, '../../..')

/** A file with a part that is made from the contracts and settings. */
export interface MadeFile {
  readonly path: string
  readonly before: string
  /** What it has to be. */
  readonly after: string
}

interface Part {
  readonly path: string
  readonly name: string
  readonly make: () => string | Promise<string>
}

const parts: readonly Part[] = [
  ...topology.map(({ folder, contract }) => ({
    path: `${folder}/README.md`,
    name: 'contract',
    make: () => (contract === undefined ? routesPart(catalogue) : contractPart(contract)),
  })),
  { path: 'README.md', name: 'services', make: () => servicesPart(root, topology) },
  { path: 'docs/errors/README.md', name: 'errors', make: () => errorsPart([...catalogue, registry]) },
  { path: 'docs/settings.md', name: 'settings', make: () => settingsPart(root, topology) },
]

/** Every file with a made part, as it is and as it has to be; and what could not be made, a sentence each. */
export async function makeFiles(): Promise<{ readonly files: MadeFile[]; readonly problems: string[] }> {
  const made = await Promise.allSettled(parts.map(makePart))
  return {
    files: made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    problems: made.flatMap((each, index) =>
      each.status === 'rejected' ? [`${parts[index]?.path}: ${each.reason}`] : [],
    ),
  }
}

async function makePart({ path, name, make }: Part): Promise<MadeFile> {
  const before = await readFile(join(root, path), 'utf8')
  return { path, before, after: replaceMarkedPart(before, name, await make()) }
}

import { rename, writeFile } from 'node:fs/promises'
import { routesDocument } from '@stoa/contract/routes'
import type { RoutesFile } from '@stoa/contract/routes-file'
import type { Deployment } from '@stoa/system/topology'
import { acceptanceOf, contractOf } from './acceptance.ts'

interface PlannedRoutes {
  readonly system: readonly Deployment[]
  /** Services whose contracts are published beside the addresses of the system. */
  readonly names: readonly string[]
  /** Where all processes are; by default each on a host with the name of its service. */
  readonly host: string | undefined
}

/** What a gateway without a registry needs to know. @throws UsageError for a name without a contract */
export async function routesFileOf({ system, names, host }: PlannedRoutes): Promise<RoutesFile> {
  const own = new Set(system.map(({ name }) => name))
  const addressesOf = (name: string, port: number) => [`${host ?? name}:${port}`]
  const ofSystem = system.flatMap(({ name, contract }) =>
    contract === undefined || names.includes(name)
      ? []
      : [{ service: name, addresses: addressesOf(name, contract.port) }],
  )
  const published = names.map(async (name) => {
    const contract = await contractOf(name)
    const described = { service: name, addresses: addressesOf(name, contract.port), document: routesDocument(contract) }
    return own.has(name) ? described : { ...described, accepted: await acceptanceOf(name) }
  })
  return { format: 1, services: [...ofSystem, ...(await Promise.all(published))] }
}

/** By a rename, so that a gateway that follows the file never reads half of it. */
export async function writeRoutesFile(path: string, file: RoutesFile): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`)
  await rename(`${path}.new`, path)
}

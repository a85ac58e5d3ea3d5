import type { Service } from '@stoa/contract'
import { gateway } from '@stoa/contracts/gateway/service'
import { asyncApiDocument } from '@stoa/events'
import { openApiDocument } from '@stoa/http'
import { stringify } from 'yaml'
import type { System } from '../define-system.ts'
import { readVersion, yamlOptions, type PublishedFile } from './kubernetes.ts'

/** Where the documents of the shop are in the repository. */
export const apisFolder = 'apis'

/**
 * The documents of a system as files: for each service what clients send to the gateway (OpenAPI), and the events that it publishes and
 * consumes (AsyncAPI). They are what the gateway serves at `/openapi/{service}.json` and `/asyncapi/{service}.json`.
 */
export async function apiFiles(system: System): Promise<PublishedFile[]> {
  const version = await readVersion()
  const notice = `# Made from systems/${system.name}.ts and the contracts by "stoa publish apis": do not edit.\n`
  return system.services.flatMap(({ kind, contract = kind === 'gateway' ? gateway : undefined }) => {
    if (contract === undefined) return []
    const info = { title: `Stoa ${contract.name}`, version }
    return [
      ...(hasRoutes(contract) ? [['openapi', openApiDocument([contract], info, 'gateway')] as const] : []),
      ...(hasEvents(contract) ? [['asyncapi', asyncApiDocument(contract, info)] as const] : []),
    ].map(([name, document]) => ({
      name: `${contract.name}/${name}.yaml`,
      text: notice + stringify(plain(document), yamlOptions),
    }))
  })
}

function hasRoutes({ operations }: Service): boolean {
  return Object.keys(operations).length > 0
}

function hasEvents({ publishes, consumes, batches }: Service): boolean {
  return [publishes, consumes, batches].some((each) => Object.keys(each).length > 0)
}

/** What JSON has of it: schemas have symbols and fields without a value. */
function plain(document: object): unknown {
  return JSON.parse(JSON.stringify(document))
}

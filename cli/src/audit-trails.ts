import { checkChain, type ChainFault, type ChainHead, type ChainLink } from '@stoa/security/audit-chain'
import { CommandFailed } from './arguments.ts'
import { gatewayEndpoints } from '@stoa/contracts/gateway/operating'
import { askService } from './operating.ts'
import type { ReachedSystem } from './system-url.ts'

/** The services that keep an audit trail. */
export async function servicesWithTrails(system: ReachedSystem): Promise<readonly string[]> {
  const { items } = await askService(system, 'gateway', gatewayEndpoints.listUpstreams)
  return items.map(({ service }) => service)
}

/** Verifies the lines of an export. @throws CommandFailed if it is not one */
export function verifyExport(text: string): { readonly rows: number; readonly faults: readonly ChainFault[] } {
  const [head, ...rows] = text.split('\n').filter((line) => line !== '')
  if (head === undefined) throw new CommandFailed('the file is empty')
  const { start } = parse(head) as { readonly start?: ChainHead }
  if (start === undefined) throw new CommandFailed('the file does not begin as an export of an audit trail does')
  const check = checkChain(start)
  const faults = rows.flatMap((row) => check.take(parse(row) as ChainLink) ?? [])
  return { rows: rows.length, faults }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new CommandFailed('a line of the file is not JSON')
  }
}

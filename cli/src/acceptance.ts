import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Service } from '@stoa/contract'
import { pathPrefixesOf, permissionsOf, type Acceptance } from '@stoa/contract/routes'
import type { Permissions } from '@stoa/contracts/shared/declared-permission'
import { root } from '@stoa/system/root'
import { UsageError } from './usage-error.ts'

/** What the contract of a service in `contracts/` asks an operator to accept. @throws UsageError for a name without a contract */
export async function acceptanceOf(name: string): Promise<Acceptance> {
  const service = await contractOf(name)
  const declared = await declaredBy(name)
  const permissions: Acceptance['permissions'] = {}
  // Its handlers may ask for more than its routes do: for the resources of others.
  for (const each of [...permissionsOf(service), ...Object.keys(declared)]) {
    const { description = each, roles = [], isForPartners } = declared[each] ?? {}
    permissions[each] = { description, roles: [...roles], ...(isForPartners === undefined ? {} : { isForPartners }) }
  }
  return {
    paths: pathPrefixesOf(service),
    permissions,
    calls: callsOf(service),
  }
}

/** The contract of a service in `contracts/`. @throws UsageError for a name without one */
export async function contractOf(name: string): Promise<Service> {
  const file = join(root, 'contracts', name, 'service.ts')
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(file))
    throw new UsageError(`there is no contract of "${name}": expected contracts/${name}/service.ts`)
  const loaded = (await import(file)) as Readonly<Record<string, unknown>>
  const service = Object.values(loaded).find((each) => isServiceNamed(each, name))
  if (service === undefined) throw new UsageError(`contracts/${name}/service.ts exports no service "${name}"`)
  return service as Service
}

function isServiceNamed(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && 'operations' in value && 'name' in value && value.name === name
}

async function declaredBy(name: string): Promise<Permissions> {
  const file = join(root, 'contracts', name, 'permissions.ts')
  if (!existsSync(file)) return {}
  const exported = Object.values((await import(file)) as Readonly<Record<string, Permissions>>)
  return Object.assign({}, ...exported) as Permissions
}

/** The full names of the methods that a service declares to call, by callee. */
function callsOf({ calls }: Service): Acceptance['calls'] {
  return Object.fromEntries(
    Object.entries(calls).map(([callee, { service, methods }]) => {
      const wanted = new Set<string>(methods as readonly string[])
      const known = service.methods as readonly { readonly localName: string; readonly name: string }[]
      const names = known.filter(({ localName }) => wanted.has(localName)).map((each) => each.name)
      return [callee, names.map((method) => `${service.typeName}/${method}`)]
    }),
  )
}

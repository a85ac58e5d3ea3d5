import type { Picked, Rpc, Service } from '@stoa/contract'
import { systemError } from './system-errors.ts'
import type { Deployment } from './topology.ts'

/** Whether one service may call a method of another, and why. */
export interface CallDecision {
  readonly isAllowed: boolean
  /** The full name of the method, as tokens and logs have it. */
  readonly method: string
  readonly reason: string
  /** The services that declare the call. */
  readonly declaredBy: readonly string[]
}

/** A call in question; the method by any of its names. */
export interface CallQuestion {
  readonly caller: string
  readonly callee: string
  readonly action: string
}

/**
 * Decides about a call by the contracts of a system, which is what auth makes the tokens of: `inventory`, `Reserve` and
 * `stoa.inventory.v1.InventoryRpc/Reserve` are the same method. @throws AppError for a service or a method that is not there
 */
export function explainCall(
  deployments: readonly Deployment[],
  { caller, callee, action }: CallQuestion,
): CallDecision {
  const named = new Map(deployments.map((each) => [each.name, each.contract]))
  for (const name of [caller, callee]) {
    if (named.has(name)) continue
    const known = [...named.keys()].toSorted().join(', ')
    throw systemError('system.unknown_service', `no service ${name} is in this system; its services: ${known}`)
  }
  const { local, method, isPublic } = methodOf(named.get(callee), callee, action)
  const declaredBy = [...named].flatMap(([name, contract]) => (declares(contract, callee, local) ? [name] : []))
  const decided = { method, declaredBy }
  if (declaredBy.includes(caller)) {
    const reason = `the contract of ${caller} declares it: calls.${callee} has ${local}`
    return { ...decided, isAllowed: true, reason }
  }
  if (isPublic) return { ...decided, isAllowed: true, reason: `${callee} declares the method public: every caller may` }
  const reason =
    named.get(caller) === undefined
      ? `${caller} has no contract, so it declares no calls`
      : `the contract of ${caller} does not declare it: calls.${callee} does not have ${local}`
  return { ...decided, isAllowed: false, reason }
}

function methodOf(contract: Service | undefined, callee: string, action: string) {
  const rpc = contract?.rpc as Rpc | undefined
  const typeName = rpc?.service.typeName ?? ''
  const methods = (rpc?.service.methods ?? []).map(({ name, localName }) => ({
    local: localName,
    method: `${typeName}/${name}`,
    names: [localName, name, `${typeName}/${name}`],
  }))
  const found = methods.find(({ names }) => names.includes(action))
  if (found === undefined) {
    const known = methods.length === 0 ? 'it has none' : methods.map(({ local }) => local).join(', ')
    throw systemError('system.unknown_method', `${callee} has no RPC method ${action}; its methods: ${known}`)
  }
  return { ...found, isPublic: rpc?.methods[found.local]?.public === true }
}

function declares(contract: Service | undefined, callee: string, local: string): boolean {
  const picked: Picked | undefined = contract?.calls[callee]
  return picked?.methods.some((name) => name === local) === true
}

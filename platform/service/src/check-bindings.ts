import { isErasure, type Bindings, type Rpc, type Service } from '@stoa/contract'
import { StartError } from '@stoa/kernel'

/** A kind of handler, with the names that the contract declares and the handlers that the service binds. */
interface Part {
  readonly kind: string
  readonly declared: readonly string[]
  readonly bound: Readonly<Record<string, unknown>>
}

/**
 * Checks that a service binds a handler for everything its contract declares, and nothing else, as the compiler does. Throws
 * StartError, which names each missing or undeclared handler.
 */
export function checkBindings(service: Service, bindings: Bindings<any>): void {
  const faults = partsOf(service, bindings).flatMap(faultsOf)
  if ((service.personalData === 'none') !== (bindings.personalData === 'none')) {
    faults.push(
      service.personalData === 'none'
        ? 'personalData is bound, but the contract declares none'
        : 'personalData has no export and erase',
    )
  }
  if (faults.length > 0) throw new StartError(faults.join('; '))
}

function partsOf(service: Service, bindings: Bindings<any>): Part[] {
  const rpc: Rpc | undefined = service.rpc
  const consumed = Object.entries(service.consumes).filter(([, type]) => !isErasure(type))
  return [
    { kind: 'operation', declared: Object.keys(service.operations), bound: bindings.operations },
    { kind: 'RPC method', declared: Object.keys(rpc?.methods ?? {}), bound: bindings.rpc },
    { kind: 'consumer', declared: consumed.map(([name]) => name), bound: bindings.consumes },
    { kind: 'batch', declared: Object.keys(service.batches), bound: bindings.batches ?? {} },
    { kind: 'saga', declared: Object.keys(service.sagas), bound: bindings.sagas },
    { kind: 'task', declared: Object.keys(service.tasks), bound: bindings.tasks },
  ]
}

function faultsOf({ kind, declared, bound }: Part): string[] {
  const missing = declared.filter((name) => bound[name] === undefined).map((name) => `${kind} ${name} has no handler`)
  const undeclared = Object.keys(bound)
    .filter((name) => bound[name] !== undefined && !declared.includes(name))
    .map((name) => `${kind} ${name} is bound, but the contract does not declare it`)
  return [...missing, ...undeclared]
}

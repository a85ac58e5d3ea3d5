import type { Service } from './service.ts'

/** The declarations of a part of a contract that a system can leave out, by name. */
export interface Module {
  readonly operations?: readonly string[]
  readonly consumes?: readonly string[]
  readonly calls?: readonly string[]
  readonly tasks?: readonly string[]
  readonly personalData?: readonly string[]
}

const parts = ['operations', 'consumes', 'calls', 'tasks', 'personalData'] as const

/**
 * Returns the contract without one of its modules: what the module declares is not served, consumed, called or run. Tables and their rows
 * stay, and can be exported and erased. Throws if the contract does not declare the module, or what the module names.
 */
export function withoutModule(service: Service, name: string): Service {
  const { [name]: module, ...modules } = service.modules ?? {}
  if (module === undefined) throw new Error(`the contract of ${service.name} has no module ${name}`)
  for (const part of parts) {
    const unknown = module[part]?.find((each) => !Object.keys(service[part]).includes(each))
    if (unknown !== undefined)
      throw new Error(`the module ${name} of ${service.name} names ${unknown}, which is not in ${part}`)
  }
  const kept: Partial<Service> = Object.fromEntries(parts.map((part) => [part, without(service[part], module[part])]))
  return { ...service, ...kept, modules, leftOut: [...(service.leftOut ?? []), module] }
}

interface Handlers {
  readonly operations: object
  readonly consumes: object
  readonly tasks: object
}

/** Returns the handlers without those of the modules that the contract leaves out. */
export function withoutLeftOut<B extends Handlers>({ leftOut = [] }: Service, bindings: B): B {
  return leftOut.reduce<B>((remaining, module) => {
    const { operations, consumes, tasks } = remaining
    const kept = {
      operations: without(operations, module.operations),
      consumes: without(consumes, module.consumes),
      tasks: without(tasks, module.tasks),
    }
    return { ...remaining, ...kept }
  }, bindings)
}

function without<Declared>(declared: Declared, names: readonly string[] = []): Declared {
  if (typeof declared !== 'object' || declared === null) return declared
  return Object.fromEntries(Object.entries(declared).filter(([name]) => !names.includes(name))) as Declared
}

import { throwTrouble, type Part } from '@stoa/kernel/part'
import type { Registration } from './registration.ts'
import type { Resolver } from './resolver.ts'

/** The part of a resolver; a service works without the registry with the instances that it knows. */
export function resolverPart(resolver: Resolver): Part {
  return {
    name: 'discovery',
    stop: () => resolver.close(),
    dependencies: { registry: { check: async () => throwTrouble(resolver.trouble()) } },
  }
}

/** The part that registers a process, once everything before it works, and takes it out of the registry before anything stops. */
export function registrationPart(register: () => Registration): Part {
  let registered: Registration | undefined
  return {
    name: 'registration',
    start: () => void (registered = register()),
    stop: () => registered?.leave(),
  }
}

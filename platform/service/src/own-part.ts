import type { Dependency, Part } from '@stoa/kernel/part'
import type { DefinedService } from './define-service.ts'

/** The part of the service itself: its hooks, its further dependencies and its further operating endpoints. */
export function ownPart({ onStart, onStop, checks, admin }: DefinedService, deps: unknown): Part {
  const further = Object.entries(checks?.(deps) ?? {})
  return {
    name: 'hooks of the service',
    start: () => onStart?.(deps),
    stop: () => onStop?.(deps),
    dependencies: Object.fromEntries(further.map(([name, check]): [string, Dependency] => [name, { check }])),
    admin: admin?.(deps) ?? [],
  }
}

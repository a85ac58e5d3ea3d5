import type { Instance } from './instance.ts'

/** Whether an instance may be picked at all. */
export function mayTake(instance: Instance, isUsable: ((instance: Instance) => boolean) | undefined): boolean {
  return instance.weight > 0 && (isUsable === undefined || isUsable(instance))
}

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { System } from './define-system.ts'
import { root } from './root.ts'
import { systemError } from './system-errors.ts'

/** The system that runs where none is named. */
export const defaultSystem = 'shop'

/** The names of all systems, which are those of the files in `systems/`. */
export function systemNames(): string[] {
  return readdirSync(join(root, 'systems')).flatMap((file) => /^([a-z][a-z-]*)\.ts$/.exec(file)?.[1] ?? [])
}

/** Loads a system from its file. @throws AppError `system.unknown_system` */
export async function loadSystem(name: string): Promise<System> {
  if (!/^[a-z][a-z-]*$/.test(name)) throw systemError('system.unknown_system', `${name} is not the name of a system`)
  const loaded: unknown = await import(`../../systems/${name}.ts`).catch((cause: unknown) => {
    if (isThere(name)) throw cause
    const names = systemNames().join(', ')
    throw systemError('system.unknown_system', `there is no system ${name}: the systems are ${names}`, { cause })
  })
  return (loaded as { readonly system: System }).system
}

/** In a bundle the folder may be missing, and then so is the list. */
function isThere(name: string): boolean {
  try {
    return systemNames().includes(name)
  } catch {
    return true
  }
}

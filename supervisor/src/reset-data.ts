import { rm } from 'node:fs/promises'
import { systemError } from '@stoa/system/system-errors'
import type { Deployment } from '@stoa/system/topology'
import { emptyDatabases, emptyDatabasesOf } from './databases.ts'
import type { SystemSettings } from './environment.ts'
import { noteSeeded, readSeedRecord } from './seeding.ts'

/**
 * Deletes the data of these services, or all data if none is named; the next seeding loads theirs again. No service may run.
 * @throws AppError `system.unknown_service`, before anything is deleted
 */
export async function resetData(
  services: readonly Deployment[],
  names: readonly string[],
  settings: SystemSettings,
): Promise<void> {
  checkNames(services, names)
  if (names.length === 0) {
    await noteSeeded(settings, { services: [], isCaughtUp: false })
    await emptyDatabases(services, settings)
    await rm(settings.data.tokens, { force: true })
    return
  }
  const { services: seeded } = await readSeedRecord(settings)
  await noteSeeded(settings, { services: seeded.filter((name) => !names.includes(name)), isCaughtUp: false })
  await emptyDatabasesOf(
    services.filter(({ name }) => names.includes(name)),
    settings,
  )
}

/** @throws AppError `system.unknown_service` if there is no such service, or it has no data of its own */
export function checkNames(services: readonly Deployment[], names: readonly string[]): void {
  const known = services.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw systemError(
    'system.unknown_service',
    `no service ${unknown} with a database here; services: ${known.join(', ')}`,
  )
}

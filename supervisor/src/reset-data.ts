import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemError } from '@stoa/system/system-errors'
import type { Deployment } from '@stoa/system/topology'
import { emptyDatabases, emptyDatabasesOf } from './databases.ts'
import type { SystemSettings } from './environment.ts'
import { noteSeeded, readSeedRecord } from './seeding.ts'

/**
 * Deletes the data of these services, or all data if none is named; the next seeding loads theirs again. No service may run.
 * @throws AppError `system.unknown_service` or `system.not_resettable`, before anything is deleted
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
    await rm(settings.data.lake, { recursive: true, force: true })
    await rm(settings.data.blobs, { recursive: true, force: true })
    return
  }
  const { services: seeded } = await readSeedRecord(settings)
  await noteSeeded(settings, { services: seeded.filter((name) => !names.includes(name)), isCaughtUp: false })
  const named = services.filter(({ name }) => names.includes(name))
  await emptyDatabasesOf(named, settings)
  for (const name of names) await rm(join(settings.data.blobs, name), { recursive: true, force: true })
  if (named.some(({ lake }) => lake === 'writes')) await rm(settings.data.lake, { recursive: true, force: true })
}

/**
 * @throws AppError `system.unknown_service` if there is no such service, or it has no data of its own; `system.not_resettable` if its
 * data can be deleted only with that of all others
 */
export function checkNames(services: readonly Deployment[], names: readonly string[]): void {
  const known = services.filter(({ hasDatabase }) => hasDatabase)
  for (const name of names) {
    const service = known.find((each) => each.name === name)
    if (service === undefined) {
      const list = known.map((each) => each.name).join(', ')
      throw systemError('system.unknown_service', `no service ${name} with a database here; services: ${list}`)
    }
    if (service.resetAlone !== undefined) {
      const detail = `${name} cannot be reset alone: ${service.resetAlone}; "stoa reset --yes" deletes all data, with the event log`
      throw systemError('system.not_resettable', detail)
    }
  }
}

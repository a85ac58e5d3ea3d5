import { stat } from 'node:fs/promises'
import type { System } from '@stoa/system/define-system'
import { defaultSystem, loadSystem } from '@stoa/system/load-system'
import { systemError } from '@stoa/system/system-errors'
import { readJson, writeJson, type DataFolder } from './data-folder.ts'

interface SystemRecord {
  readonly name: string
}

/**
 * The system of a data folder: that of its last start, or, before the first one, the wanted one, else the shop.
 * @throws AppError `system.other_system` if another one is wanted, `system.unknown_system`
 */
export async function systemIn(data: DataFolder, wanted?: string): Promise<System> {
  const recorded = await recordedIn(data)
  const name = wanted ?? recorded ?? defaultSystem
  if (recorded !== undefined && name !== recorded) {
    throw systemError(
      'system.other_system',
      `the folder ${data.path} holds the data of the system ${recorded}: choose another folder for ${name} with --data or STOA_HOME`,
    )
  }
  return loadSystem(name)
}

/** Notes whose data a folder holds. */
export async function recordSystem(data: DataFolder, { name }: System): Promise<void> {
  await writeJson(data.system, { name } satisfies SystemRecord)
}

/** A folder of before there were several holds a shop. */
async function recordedIn(data: DataFolder): Promise<string | undefined> {
  const record = await readJson<SystemRecord>(data.system)
  if (record !== undefined) return record.name
  const isUsed = (await stat(data.secrets).catch(() => undefined)) !== undefined
  return isUsed ? defaultSystem : undefined
}

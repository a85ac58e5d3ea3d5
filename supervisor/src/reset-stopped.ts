import { topology } from '@stoa/system/topology'
import { ensureBundle } from './bundle.ts'
import { makeDataFolder, refusalForFolder } from './data-folder.ts'
import { openDatabaseServer } from './database-server.ts'
import { provisionDatabases } from './databases.ts'
import { takeLock } from './lock.ts'
import { choosePorts } from './place.ts'
import { endLeftBehind } from './processes.ts'
import { checkNames, resetData } from './reset-data.ts'
import { seedOnce } from './seeding.ts'
import { ensureSecrets } from './secrets.ts'
import type { UpOptions } from './supervisor.ts'

type ResetOptions = Pick<UpOptions, 'data' | 'environment' | 'onProgress' | 'onTrouble'>

/**
 * Deletes the data of these services, or all data if none is named, of a system that does not run, and loads the demonstration
 * data; read copies follow at its next start.
 */
export async function resetStopped(names: readonly string[], options: ResetOptions): Promise<void> {
  checkNames(topology, names)
  const { data, environment, onProgress, onTrouble } = options
  try {
    await makeDataFolder(data)
    const lock = takeLock(data)
    try {
      await endLeftBehind(data)
      const ports = await choosePorts(topology, { isAuto: false, environment })
      const bundling = ensureBundle(data, topology)
      bundling.catch(() => {})
      // At any port, because only this process uses it.
      const server = await openDatabaseServer({
        data,
        port: 0,
        givenUrl: environment['DATABASE_URL'],
        onWarning: onTrouble,
      })
      try {
        const settings = { data, secrets: await ensureSecrets(data), adminUrl: server.adminUrl, ports, environment }
        await provisionDatabases(topology, settings)
        onProgress('Emptying the databases')
        await resetData(topology, names, settings)
        onProgress('Loading the demonstration data')
        await seedOnce(topology, await bundling, settings)
      } finally {
        await server.stop()
      }
    } finally {
      lock.release()
    }
  } catch (error) {
    throw refusalForFolder(data.path, error)
  }
}

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
import { recordSystem, systemIn } from './system-in.ts'
import type { UpOptions } from './supervisor.ts'

type ResetOptions = Pick<UpOptions, 'data' | 'environment' | 'onProgress' | 'onTrouble'>

/**
 * Deletes the data of these services, or all data if none is named, of a system that does not run, and loads the demonstration
 * data; read copies follow at its next start.
 */
export async function resetStopped(names: readonly string[], options: ResetOptions): Promise<void> {
  const { data, environment, onProgress, onTrouble } = options
  const system = await systemIn(data)
  const { services } = system
  checkNames(services, names)
  try {
    await makeDataFolder(data)
    const lock = takeLock(data)
    try {
      await endLeftBehind(data)
      const ports = await choosePorts(services, { isAuto: false, environment })
      const bundling = ensureBundle(data, system)
      bundling.catch(() => {})
      // At any port, because only this process uses it.
      const server = await openDatabaseServer({
        data,
        port: 0,
        givenUrl: environment['DATABASE_URL'],
        onWarning: onTrouble,
      })
      try {
        const secrets = await ensureSecrets(data, services)
        await recordSystem(data, system)
        const settings = { data, system: system.name, secrets, adminUrl: server.adminUrl, ports, environment }
        await provisionDatabases(services, settings)
        onProgress('Emptying the databases')
        await resetData(services, names, settings)
        onProgress('Loading the demonstration data')
        await seedOnce(services, await bundling, settings)
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

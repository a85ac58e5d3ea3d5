import { rm } from 'node:fs/promises'
import { topology } from '../topology.ts'
import { ensureBundle } from './bundle.ts'
import { makeDataFolder, refusalForFolder } from './data-folder.ts'
import { openDatabaseServer } from './database-server.ts'
import { emptyDatabases, provisionDatabases } from './databases.ts'
import { takeLock } from './lock.ts'
import { choosePorts } from './place.ts'
import { endLeftBehind } from './processes.ts'
import { noteSeeded, seedOnce } from './seeding.ts'
import { ensureSecrets } from './secrets.ts'
import type { UpOptions } from './supervisor.ts'

type ResetOptions = Pick<UpOptions, 'data' | 'environment' | 'onProgress' | 'onTrouble'>

/** Starts again with the demonstration data on a system that does not run; read copies follow at its next start. */
export async function resetStopped(options: ResetOptions): Promise<void> {
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
        await noteSeeded(settings, { services: [], isCaughtUp: false })
        await emptyDatabases(topology, settings)
        await rm(data.tokens, { force: true })
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

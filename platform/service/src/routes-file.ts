import { ConfigError } from '@stoa/config'
import { openRoutesFile, type OpenRoutesFile } from '@stoa/discovery'

/** Reads the file that `ROUTES_FILE` of a service names; undefined without one. @throws ConfigError with a sentence that says what is wrong with it */
export async function routesFileOf(service: string, path: string | undefined): Promise<OpenRoutesFile | undefined> {
  if (path === undefined) return undefined
  try {
    return await openRoutesFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `ROUTES_FILE is ${JSON.stringify(path)}, expected a file of "stoa publish routes": ${reason}`
    throw new ConfigError(service, [{ name: 'ROUTES_FILE', message }])
  }
}

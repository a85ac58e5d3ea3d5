import { doorOf, type Door } from '../door.ts'
import { makeSecondServer, makeServer } from '../make-servers.ts'
import type { ServerOptions } from '../server.ts'
import { makeTlsDoor } from './tls-door.ts'
import { followCertificate, readCertificate, tlsFilesOf } from './tls-files.ts'

interface DoorSettings {
  readonly tlsCertFile: string | undefined
  readonly tlsKeyFile: string | undefined
}

/** The port of the gateway: with TLS if the settings have a certificate. @throws ConfigError for one that is not valid */
export async function openDoor(
  settings: DoorSettings,
  options: ServerOptions,
): Promise<Door & { readonly close: () => Promise<void> }> {
  const http1 = makeServer(options)
  const files = tlsFilesOf(settings)
  if (files === undefined) return { ...doorOf(http1), close: async () => {} }
  const certificate = await readCertificate(files)
  const door = makeTlsDoor({ certificate, http1, http2: makeSecondServer(options) })
  const { logger } = options.telemetry
  const { close } = followCertificate({ files, server: door.server, current: certificate, logger })
  return { ...door, close }
}

import { readFile } from 'node:fs/promises'
import { createSecureContext, type Server } from 'node:tls'
import { ConfigError } from '@stoa/config'
import { sleep, systemTime } from '@stoa/resilience'
import type { Logger } from '@stoa/telemetry'

/** Where the certificate chain and its key are, in PEM. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate with its key. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

interface TlsSettings {
  readonly tlsCertFile: string | undefined
  readonly tlsKeyFile: string | undefined
}

/** The files of the settings; undefined without TLS. @throws ConfigError if one of the two is missing */
export function tlsFilesOf({ tlsCertFile, tlsKeyFile }: TlsSettings): TlsFiles | undefined {
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) return { certFile: tlsCertFile, keyFile: tlsKeyFile }
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return undefined
  const name = tlsCertFile === undefined ? 'TLS_CERT_FILE' : 'TLS_KEY_FILE'
  throw new ConfigError('gateway', [{ name, message: `${name} is not set, expected both files of a certificate` }])
}

/** Reads a certificate and its key. @throws ConfigError if they cannot be used together */
export async function readCertificate(files: TlsFiles): Promise<Certificate> {
  try {
    return await read(files)
  } catch (error) {
    const message = `TLS_CERT_FILE is ${JSON.stringify(files.certFile)} and TLS_KEY_FILE ${JSON.stringify(files.keyFile)}, expected a certificate and its key in PEM: ${reasonOf(error)}`
    throw new ConfigError('gateway', [{ name: 'TLS_CERT_FILE', message }])
  }
}

interface FollowOptions {
  readonly files: TlsFiles
  readonly server: Pick<Server, 'setSecureContext'>
  readonly current: Certificate
  readonly logger: Logger
  readonly intervalMs?: number
}

/**
 * Takes a new certificate for new connections when its files change, which are read every 2 s; those that are open stay. Files that do not fit
 * together, as while they are written, change nothing.
 */
export function followCertificate({ files, server, current, logger, intervalMs = 2_000 }: FollowOptions) {
  const closing = new AbortController()
  let used = current
  let trouble: string | undefined

  async function look(): Promise<void> {
    try {
      const next = await read(files)
      trouble = undefined
      if (next.cert === used.cert && next.key === used.key) return
      server.setSecureContext({ ...next, ...tlsOptions })
      used = next
      logger.info('the certificate has changed', { file: files.certFile })
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== trouble) logger.warn('the certificate cannot be used: the last one stays', { reason })
      trouble = reason
    }
  }

  async function followOn(): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(systemTime, intervalMs, closing.signal).catch(() => undefined)
      if (!closing.signal.aborted) await look()
    }
  }

  const following = followOn()
  return {
    close: () => {
      closing.abort()
      return following
    },
  }
}

/** What is refused of TLS: versions before 1.2 (RFC 8996). */
export const tlsOptions = { minVersion: 'TLSv1.2' } as const

async function read({ certFile, keyFile }: TlsFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
  // refuses what is not PEM, and a key of another certificate
  createSecureContext({ cert, key })
  return { cert, key }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

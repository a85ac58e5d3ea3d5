import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError, type Clock } from '@stoa/kernel'
import { Unwell, type Part } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'
import { serviceOf } from './service-identity.ts'

/** The certificate of a service with its key and the authorities that it trusts, in PEM. */
export interface MeshCredentials {
  readonly cert: string
  readonly key: string
  /** One certificate or several. */
  readonly ca: string
  readonly expiresMs: number
}

/** The identity of a service in mutual TLS, which changes as its certificate is renewed. */
export interface Mesh {
  /** `strict` refuses calls without a certificate, `permissive` also takes them in clear text. */
  readonly mode: 'permissive' | 'strict'
  readonly service: string
  /** The newest credentials: the same object until they are renewed. */
  readonly credentials: () => MeshCredentials
  /** Calls the listener after each renewal; returns the function that ends that. */
  readonly onRenewed: (listener: (credentials: MeshCredentials) => void) => () => void
  /** Stops following the files. */
  readonly close: () => void
}

interface MeshOptions {
  readonly mode: Mesh['mode']
  readonly service: string
  /** Has `tls.crt`, `tls.key` and `ca.crt`, as the Secrets of cert-manager do. */
  readonly folder: string
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds between two looks at the files; 5,000 by default. */
  readonly intervalMs?: number
}

/**
 * Opens the credentials of a service and follows their files. Files that cannot be used, as while they are written, change nothing: the last
 * credentials stay. @throws StartError if they cannot be used at the start
 */
export function openMesh({ mode, service, folder, clock, logger, ...options }: MeshOptions): Mesh {
  const nowMs = () => clock.now().epochMilliseconds
  let current = readFirst({ mode, service, folder }, nowMs())
  const listeners = new Set<(credentials: MeshCredentials) => void>()
  let trouble: string | undefined
  let isLooking = false
  const look = async () => {
    try {
      const texts = await Promise.all(fileNames.map((name) => readFile(join(folder, name), 'utf8')))
      const next = check(texts, service, nowMs())
      trouble = undefined
      if (next.cert === current.cert && next.key === current.key && next.ca === current.ca) return
      current = next
      for (const listener of listeners) listener(next)
      logger.info('the certificate for calls was renewed', { expires: new Date(next.expiresMs).toISOString() })
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== trouble) logger.warn('the certificate for calls cannot be used: the last one stays', { reason })
      trouble = reason
    }
  }
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => (isLooking = false))
  }, options.intervalMs ?? 5_000).unref()
  return {
    mode,
    service,
    credentials: () => current,
    onRenewed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => clearInterval(timer),
  }
}

/** The part of the credentials; a certificate that has expired is reported, and nothing for a service without them. */
export function meshPart(mesh: Mesh | undefined, clock: Clock): Part {
  if (mesh === undefined) return { name: 'mesh' }
  return {
    name: 'mesh',
    stop: () => mesh.close(),
    dependencies: {
      certificate: {
        async check() {
          const { expiresMs } = mesh.credentials()
          const facts = { mode: mesh.mode, expires: new Date(expiresMs).toISOString() }
          if (expiresMs <= clock.now().epochMilliseconds)
            throw new Unwell('the certificate for calls has expired', facts)
          return facts
        },
      },
    },
  }
}

const fileNames = ['tls.crt', 'tls.key', 'ca.crt'] as const

function readFirst({ mode, service, folder }: Pick<MeshOptions, 'mode' | 'service' | 'folder'>, nowMs: number) {
  try {
    const texts = fileNames.map((name) => readFileSync(join(folder, name), 'utf8'))
    return check(texts, service, nowMs)
  } catch (error) {
    throw new StartError(`MESH_MTLS is ${mode}, but the certificate in ${folder} cannot be used: ${reasonOf(error)}`)
  }
}

/** The credentials in the texts of the files. @throws Error if they do not fit together, or are of another service */
function check([cert = '', key = '', ca = '']: readonly string[], service: string, nowMs: number): MeshCredentials {
  const parsed = new X509Certificate(cert)
  if (!parsed.checkPrivateKey(createPrivateKey(key))) throw new Error('tls.key is not the key of tls.crt')
  const named = serviceOf(parsed.subjectAltName)
  if (named !== service) throw new Error(`it is for ${named ?? 'no service'}, and this is ${service}`)
  const expiresMs = Date.parse(parsed.validTo)
  if (expiresMs <= nowMs) throw new Error(`it expired at ${new Date(expiresMs).toISOString()}`)
  // refuses a file without a certificate
  void new X509Certificate(ca)
  return { cert, key, ca, expiresMs }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

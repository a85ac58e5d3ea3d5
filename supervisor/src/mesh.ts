import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  isRenewalDue,
  issueCertificate,
  makeAuthority,
  maySign,
  serviceOf,
  type KeyedCertificate,
} from '@stoa/security'
import type { Deployment } from '@stoa/system/topology'
import type { DataFolder } from './data-folder.ts'
import { isProduction } from './is-production.ts'
import { makeFolder } from './make-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

const lifetimeMs = 7 * 24 * 3_600_000
const lookMs = 30_000

/** Whether a process of the system may use certificates: as their own setting decides, `strict` in production. */
export function usesMesh(environment: Environment): boolean {
  const given = Object.entries(environment).filter(([name, mode]) => /(^|_)MESH_MTLS$/.test(name) && mode)
  const isDecided = given.some(([name]) => name === 'MESH_MTLS')
  return given.some(([, mode]) => mode !== 'off') || (!isDecided && isProduction(environment))
}

/** Where a service finds its certificate. */
export function meshFolderOf({ mesh }: Pick<DataFolder, 'mesh'>, service: string): string {
  return join(mesh, service)
}

interface MeshOptions {
  readonly data: Pick<DataFolder, 'mesh'>
  readonly services: readonly Pick<Deployment, 'name' | 'contract'>[]
  readonly onTrouble: (text: string) => void
}

/** Makes what certificates are missing, and renews each in time; services take the new ones without a restart. Returns what ends that. */
export async function keepCertificates({ onTrouble, ...options }: MeshOptions): Promise<() => void> {
  await ensureCertificates(options, Date.now())
  let trouble = ''
  const timer = setInterval(() => {
    ensureCertificates(options, Date.now()).then(
      () => (trouble = ''),
      (error: unknown) => {
        const text = `the certificates of the services cannot be renewed: ${String(error)}`
        if (text !== trouble) onTrouble(text)
        trouble = text
      },
    )
  }, lookMs).unref()
  return () => clearInterval(timer)
}

/** Makes the authority of a data folder if there is none that may sign, and the certificates of these services that are missing, due, or do not fit. */
export async function ensureCertificates(
  { data, services }: Pick<MeshOptions, 'data' | 'services'>,
  nowMs: number,
): Promise<void> {
  await makeFolder(data.mesh, 0o700)
  const authority = await ensureAuthority(data.mesh, nowMs)
  for (const { name, contract } of services) {
    if (contract === undefined) continue
    const folder = meshFolderOf(data, name)
    await makeFolder(folder, 0o700)
    if ((await textOf(join(folder, 'ca.crt'))) !== authority.cert)
      await writeWhole(join(folder, 'ca.crt'), authority.cert)
    const known = await readPair(folder, 'tls')
    if (known !== undefined && fits(known, { authority, service: name, nowMs })) continue
    // A process that reads between the two writes sees that they do not fit, and looks again.
    await writePair(folder, 'tls', await issueCertificate(authority, { service: name, nowMs, lifetimeMs }))
  }
}

async function ensureAuthority(folder: string, nowMs: number): Promise<KeyedCertificate> {
  const known = await readPair(folder, 'ca')
  if (known !== undefined && isPair(known) && maySign(known, nowMs)) return known
  const made = await makeAuthority(nowMs)
  await writePair(folder, 'ca', made)
  return made
}

interface Wanted {
  readonly authority: KeyedCertificate
  readonly service: string
  readonly nowMs: number
}

function fits(known: KeyedCertificate, { authority, service, nowMs }: Wanted): boolean {
  if (!isPair(known) || isRenewalDue(known.cert, nowMs)) return false
  const cert = new X509Certificate(known.cert)
  return cert.verify(new X509Certificate(authority.cert).publicKey) && serviceOf(cert.subjectAltName) === service
}

/** Whether the two belong together: a start that was killed between its writes leaves two that do not. */
function isPair({ cert, key }: KeyedCertificate): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

async function readPair(folder: string, name: string): Promise<KeyedCertificate | undefined> {
  const [cert, key] = await Promise.all([textOf(join(folder, `${name}.crt`)), textOf(join(folder, `${name}.key`))])
  return cert === undefined || key === undefined ? undefined : { cert, key }
}

async function writePair(folder: string, name: string, { cert, key }: KeyedCertificate): Promise<void> {
  await writeWhole(join(folder, `${name}.key`), key)
  await writeWhole(join(folder, `${name}.crt`), cert)
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(unfinished, text, { mode: 0o600 })
  await rename(unfinished, path)
}

import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@stoa/kernel'
import type { PortMesh } from '@stoa/rpc'
import { issueCertificate, makeAuthority, openMesh } from '@stoa/security'
import { createLogger } from '@stoa/telemetry'

const logger = createLogger({ service: 'bench', environment: 'bench', version: '0', level: 'silent' })

/** Writes certificates of these services into a new folder. */
export async function makeCertificates(services: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'stoa-bench-mesh-'))
  const nowMs = Date.now()
  const authority = await makeAuthority(nowMs)
  for (const service of services) {
    const { cert, key } = await issueCertificate(authority, { service, nowMs, lifetimeMs: 3_600_000 })
    await mkdir(join(root, service))
    const files = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.cert }
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, service, name), text, { mode: 0o600 })
  }
  return root
}

/** The identity of a service of the bench. */
export function benchMesh(service: string, root: string): PortMesh {
  const folder = join(root, service)
  return { identity: openMesh({ mode: 'strict', service, folder, clock: systemClock, logger }), logger }
}

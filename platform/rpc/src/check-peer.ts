import { platformError, type Clock } from '@stoa/kernel'
import type { Mesh } from '@stoa/security'
import type { Logger } from '@stoa/telemetry'
import type { MeshPeer } from './mesh-peer.ts'

interface CheckOptions {
  /** Undefined if the service takes no connections with TLS. */
  readonly mesh: Mesh | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Refuses, before the token is read, a call without a certificate where one is required, and one whose certificate has expired meanwhile. */
export function checkPeer({ mesh, clock, logger }: CheckOptions, method: string, peer: MeshPeer | undefined): void {
  if (mesh === undefined) return
  if (peer === undefined) {
    if (mesh.mode === 'permissive') return
    logger.warn('call refused: no certificate', { method })
    throw platformError('auth.certificate_required', 'The call requires mutual TLS with the certificate of a service.')
  }
  if (clock.now().epochMilliseconds < peer.expiresMs) return
  logger.warn('call refused: the certificate has expired', { caller: peer.service, method })
  throw platformError('auth.certificate_required', `The certificate of ${peer.service} has expired.`)
}

interface Subject {
  readonly kind: string
  readonly subject: string
}

/** Refuses a token of a service on a connection of another: it would allow the calls that the other has declared. */
export function checkBearer(
  { logger }: Pick<CheckOptions, 'logger'>,
  { kind, subject }: Subject,
  peer: MeshPeer | undefined,
  method: string,
): void {
  if (peer === undefined || kind !== 'service' || subject === `service:${peer.service}`) return
  logger.warn('call refused: the token is of another service', { caller: peer.service, subject, method })
  throw platformError('auth.certificate_mismatch', `${peer.service} has presented a token of ${subject}.`)
}

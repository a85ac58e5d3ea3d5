import type { ApiKey, SigningKey } from '@stoa/contracts/auth/resources'
import type { UserId } from '@stoa/contracts/shared/ids'
import { keyState, type KeyTimes } from './domain/signing-schedule.ts'
import type { ApiKeyRow } from './store/api-keys.ts'
import type { SigningKeyRow } from './store/signing-keys.ts'

export function toApiKey(row: Omit<ApiKeyRow, 'generation'>): ApiKey {
  return {
    id: row.id,
    userId: row.userId as UserId,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as ApiKey['scopes'],
    createdAt: row.createdAt.toString(),
    expiresAt: row.expiresAt.toString(),
    ...(row.lastUsedAt === null ? {} : { lastUsedAt: row.lastUsedAt.toString() }),
  }
}

export function toSigningKey(row: SigningKeyRow, keys: readonly KeyTimes[], now: Temporal.Instant): SigningKey {
  return {
    keyId: row.keyId,
    algorithm: row.algorithm,
    state: keyState(row, keys, now),
    createdAt: row.createdAt.toString(),
    signsFrom: row.signsFrom.toString(),
    ...(row.retiresAt === undefined ? {} : { retiresAt: row.retiresAt.toString() }),
  }
}

import { event } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'

/** Sessions of an account were ended; caches of verified tokens forget them. */
export const sessionRevoked = event(
  'session.revoked',
  '1.0.0',
  Type.Object({ userId: UserId, sessionIds: Type.Array(Type.String()) }),
)
/** An API key was created for an account; no event contains the key. */
export const apiKeyCreated = event(
  'api_key.created',
  '1.0.0',
  Type.Object({ userId: UserId, apiKeyId: Type.String({ format: 'uuid' }), scopes: Type.Array(Type.String()) }),
)
/** The signing keys have changed; caches of verified tokens are emptied. */
export const signingKeyRotated = event(
  'signing_key.rotated',
  '1.0.0',
  Type.Object({ keyId: Type.String(), retiredKeyIds: Type.Array(Type.String()) }),
)

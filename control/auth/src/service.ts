import { auth } from '@stoa/contracts/auth/service'
import { defineService } from '@stoa/service'
import { authConfig } from './config.ts'
import { makeDeps } from './deps.ts'
import { checkPermissions } from './use-cases/check-permissions.ts'
import { createApiKey } from './use-cases/create-api-key.ts'
import { deleteApiKey } from './use-cases/delete-api-key.ts'
import { endOwnSessions } from './use-cases/end-own-sessions.ts'
import { endSession } from './use-cases/end-session.ts'
import { endSessionsOfAccount } from './use-cases/end-sessions-of-account.ts'
import { accountData } from './use-cases/account-data.ts'
import { followEndedSessions } from './use-cases/follow-ended-sessions.ts'
import { listApiKeys } from './use-cases/list-api-keys.ts'
import { listSessions } from './use-cases/list-sessions.ts'
import { listSigningKeys } from './use-cases/list-signing-keys.ts'
import {
  createOAuthClient,
  deleteOAuthClient,
  getOAuthClient,
  listOAuthClients,
  replaceOAuthClient,
  rotateClientSecret,
} from './use-cases/manage-oauth-clients.ts'
import { openSession } from './use-cases/open-session.ts'
import { purgeExpired } from './use-cases/purge-expired.ts'
import { refreshTokens, signOut } from './use-cases/renew-session.ts'
import { rotateApiKey } from './use-cases/rotate-api-key.ts'
import { rotateSigningKeys, rotateSigningKeysWhenDue } from './use-cases/rotate-signing-keys.ts'
import { endOwnSessionsAtAuth, endSessionAtAuth, listSessionsAtAuth } from './use-cases/sessions-at-auth.ts'

/** OAuth 2 and OpenID Connect, sessions, API keys, permissions. */
export const authService = defineService(auth, {
  config: authConfig,
  migrations: new URL('../migrations/', import.meta.url),
  deps: makeDeps,
  bind: (deps) => ({
    operations: {
      oauth: deps.identity.handle,
      wellKnown: deps.identity.handle,
      listSessions: listSessions(deps),
      endOwnSessions: endOwnSessions(),
      endSession: endSession(deps),
      listSessionsAtAuth: listSessionsAtAuth(deps),
      endOwnSessionsAtAuth: endOwnSessionsAtAuth(),
      endSessionAtAuth: endSessionAtAuth(deps),
      signOut: signOut(),
      refreshTokens: refreshTokens(deps),
      createApiKey: createApiKey(deps),
      listApiKeys: listApiKeys(deps),
      rotateApiKey: rotateApiKey(deps),
      deleteApiKey: deleteApiKey(deps),
      listOAuthClients: listOAuthClients(deps),
      createOAuthClient: createOAuthClient(deps),
      getOAuthClient: getOAuthClient(deps),
      replaceOAuthClient: replaceOAuthClient(deps),
      rotateClientSecret: rotateClientSecret(deps),
      deleteOAuthClient,
      checkPermissions: checkPermissions(),
      followEndedSessions: followEndedSessions(deps),
      listSigningKeys: listSigningKeys(deps),
      rotateSigningKeys: rotateSigningKeys(deps),
    },
    rpc: { openSession: openSession(deps), endSessions: endSessionsOfAccount() },
    consumes: {},
    sagas: {},
    tasks: { 'purge-expired': purgeExpired(deps), 'rotate-signing-keys': rotateSigningKeysWhenDue(deps) },
    personalData: accountData(deps),
  }),
  onStart: async ({ identity, added }) => {
    await added.start()
    await identity.start()
  },
  onStop: async ({ identity, added }) => {
    identity.stop()
    await added.stop()
  },
})

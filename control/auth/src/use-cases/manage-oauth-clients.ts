import type { Handler } from '@stoa/contract'
import { OAuthClient, type OAuthClientSettings } from '@stoa/contracts/auth/resources'
import type { AuthService } from '@stoa/contracts/auth/service'
import { fingerprint, randomSecret } from '@stoa/security'
import { readPage, requireVersion } from '@stoa/service'
import type { FieldError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { wrongRedirects } from '../domain/redirects.ts'
import { endSessions } from '../end-sessions.ts'
import {
  deleteOAuthClient as removeRow,
  findOAuthClient,
  insertOAuthClient,
  listOAuthClients as listRows,
  lockOAuthClient,
  sessionsOfClient,
  updateOAuthClient,
  type OAuthClientRow,
} from '../store/oauth-clients.ts'

const notFound = 'The client does not exist.'

function toClient(row: OAuthClientRow, issuer: string): OAuthClient {
  const at = (uris: readonly string[]) => uris.map((uri) => new URL(uri, issuer).href)
  return {
    id: row.id,
    name: row.name,
    applicationType: row.applicationType,
    isConfidential: row.secretFingerprint !== null,
    isFirstParty: row.isFirstParty,
    grantTypes: [...row.grantTypes] as OAuthClient['grantTypes'],
    redirectUris: at(row.redirectUris),
    postLogoutRedirectUris: at(row.postLogoutRedirectUris),
    version: row.version,
    createdAt: row.createdAt.toString(),
    updatedAt: row.updatedAt.toString(),
  }
}

/** What the schema cannot say of a client. */
function wrongFields(client: OAuthClientSettings): FieldError[] {
  const needsRedirect = client.grantTypes.includes('authorization_code') && client.redirectUris.length === 0
  return [
    ...(needsRedirect
      ? [{ pointer: '/redirectUris', detail: 'must have at least one for the grant authorization_code' }]
      : []),
    ...wrongRedirects(client.applicationType, client.redirectUris, '/redirectUris'),
    ...wrongRedirects(client.applicationType, client.postLogoutRedirectUris, '/postLogoutRedirectUris'),
  ]
}

export const listOAuthClients =
  ({ identity }: Deps): Handler<AuthService, 'listOAuthClients'> =>
  async ({ query, db }) => {
    const read = (after = '', limit: number) => listRows(db, after, limit)
    const { items, ...next } = await readPage(query, OAuthClient.properties.id, read, ({ id }) => id)
    return { status: 200, body: { items: items.map((row) => toClient(row, identity.issuer)), ...next } }
  }

export const getOAuthClient =
  ({ identity }: Deps): Handler<AuthService, 'getOAuthClient'> =>
  async ({ params, db, refuse }) => {
    const row = await findOAuthClient(db, params.id)
    if (row === undefined) return refuse('auth.client_not_found', notFound)
    return { status: 200, body: toClient(row, identity.issuer), version: row.version }
  }

/** Registers a program; a confidential one gets a secret, which is shown here alone. */
export const createOAuthClient =
  ({ clock, newId, identity }: Deps): Handler<AuthService, 'createOAuthClient'> =>
  async ({ body: { isConfidential, ...client }, commit, refuse }) => {
    const fields = wrongFields(client)
    if (fields.length > 0) return refuse('auth.client_invalid', 'The client is not valid.', { fields })
    const secret = isConfidential ? randomSecret() : undefined
    return commit(async (tx) => {
      const secretFingerprint = secret === undefined ? null : fingerprint(secret)
      const row = await insertOAuthClient(tx, { ...client, id: newId(), secretFingerprint }, clock.now())
      const headers = { location: `/api/v1/oauth-clients/${row.id}` }
      const shown = { ...toClient(row, identity.issuer), ...(secret === undefined ? {} : { secret }) }
      return { status: 201, body: shown, version: row.version, headers }
    })
  }

export const replaceOAuthClient =
  ({ clock, identity }: Deps): Handler<AuthService, 'replaceOAuthClient'> =>
  async ({ params, body, expectedVersion, commit, refuse }) => {
    const fields = wrongFields(body)
    if (fields.length > 0) return refuse('auth.client_invalid', 'The client is not valid.', { fields })
    return commit(async (tx) => {
      const known = await lockOAuthClient(tx, params.id)
      if (known === undefined) return refuse('auth.client_not_found', notFound)
      requireVersion(expectedVersion, known, 'client')
      const row = await updateOAuthClient(tx, { ...known, ...body }, clock.now())
      return { status: 200, body: toClient(row, identity.issuer), version: row.version }
    })
  }

/** Gives a confidential client another secret; the earlier one is refused from then on. */
export const rotateClientSecret =
  ({ clock, identity }: Deps): Handler<AuthService, 'rotateClientSecret'> =>
  async ({ params, commit, refuse }) =>
    commit(async (tx) => {
      const known = await lockOAuthClient(tx, params.id)
      if (known === undefined) return refuse('auth.client_not_found', notFound)
      if (known.secretFingerprint === null) return refuse('auth.client_public', 'A public client has no secret.')
      const secret = randomSecret()
      const row = await updateOAuthClient(tx, { ...known, secretFingerprint: fingerprint(secret) }, clock.now())
      return { status: 201, body: { ...toClient(row, identity.issuer), secret } }
    })

/** Deletes a client and ends the sessions that were signed in to by it. */
export const deleteOAuthClient: Handler<AuthService, 'deleteOAuthClient'> = async ({
  params,
  expectedVersion,
  commit,
  refuse,
}) =>
  commit(async (tx) => {
    const known = await lockOAuthClient(tx, params.id)
    if (known === undefined) return refuse('auth.client_not_found', notFound)
    requireVersion(expectedVersion, known, 'client')
    if (known.isFirstParty)
      return refuse('auth.client_first_party', 'The platform itself signs users in with this client.')
    await removeRow(tx, known.id)
    await endSessions(tx, await sessionsOfClient(tx, known.id))
    return { status: 204 }
  })

import type { Provider } from 'oidc-provider'
import type { AccountClaims, Accounts } from './accounts.ts'
import { SHOP_CLIENT } from './clients.ts'
import { ACCESS_TOKEN_SECONDS, API, apiResource, IDENTITY_SCOPES } from './configuration.ts'

/** The first tokens of a session. */
export interface FirstTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInSeconds: number
}

const SCOPE = 'stoa'

/**
 * Mints the tokens of an account that has proven itself, as the provider's own: its refresh token is renewed at the token
 * endpoint by the shop's client. Joins the grant of `sessionId` when there is one, else makes it.
 */
export async function mintFirstTokens(
  provider: Provider,
  accounts: Accounts,
  account: AccountClaims,
  methods: readonly string[],
  sessionId: string | undefined,
): Promise<FirstTokens> {
  const client = await provider.Client.find(SHOP_CLIENT)
  if (client === undefined) throw new Error(`the client ${SHOP_CLIENT} is not known`)
  const accountId = account.userId
  const grantId = sessionId ?? (await makeGrant(provider, accountId))
  const shared = { accountId, client, grantId, gty: 'authorization_code', scope: SCOPE }
  const refreshToken = new provider.RefreshToken({
    ...shared,
    resource: API,
    amr: [...methods],
    authTime: Math.floor(Date.now() / 1_000),
  })
  const accessToken = new provider.AccessToken(shared)
  accessToken.resourceServer = new provider.ResourceServer(API, apiResource())
  accounts.note(accessToken, { ...account, methods })
  return {
    refreshToken: await refreshToken.save(),
    accessToken: await accessToken.save(),
    expiresInSeconds: ACCESS_TOKEN_SECONDS,
  }
}

async function makeGrant(provider: Provider, accountId: string): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: SHOP_CLIENT })
  grant.addOIDCScope(IDENTITY_SCOPES.join(' '))
  grant.addResourceScope(API, SCOPE)
  return grant.save()
}

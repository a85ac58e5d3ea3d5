import { errors, type Provider } from 'oidc-provider'
import { sessionIdOfApiKey } from '../end-sessions.ts'
import type { ApiKeyRow } from '../store/api-keys.ts'
import { accountOf, type Accounts } from './accounts.ts'
import { API_KEY_GRANT } from './clients.ts'
import { ACCESS_TOKEN_SECONDS, API, apiResource } from './configuration.ts'

/** Finds the live API key that a text is, and notes its use. */
export type UseApiKey = (key: string) => Promise<ApiKeyRow | undefined>

/** Lets an API key be turned into an access token that reaches as far as the key's scopes: `api_key=stoa_…`. */
export function registerApiKeyGrant(provider: Provider, accounts: Accounts, useApiKey: UseApiKey): void {
  const handler = async (ctx: Parameters<Parameters<Provider['registerGrantType']>[1]>[0]) => {
    const { client, params } = ctx.oidc
    const text = params['api_key']
    const key = typeof text === 'string' ? await useApiKey(text) : undefined
    const account = key === undefined ? undefined : accountOf(await accounts.find(key.userId))
    if (key === undefined || account === undefined) throw new errors.InvalidGrant('the API key is unknown or expired')
    const left = Math.floor(key.expiresAt.since(Temporal.Now.instant()).total('seconds'))
    const token = new provider.AccessToken({
      client,
      accountId: key.userId,
      grantId: sessionIdOfApiKey(key),
      gty: 'api_key',
      scope: key.scopes.join(' '),
      expiresIn: Math.max(1, Math.min(ACCESS_TOKEN_SECONDS, left)),
    })
    token.resourceServer = new provider.ResourceServer(API, apiResource())
    accounts.note(token, account)
    ctx.body = {
      access_token: await token.save(),
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope: token.scope,
    }
  }
  provider.registerGrantType(API_KEY_GRANT, handler, ['api_key'])
}

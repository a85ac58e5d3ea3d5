import { platformError } from '@stoa/kernel'
import { requestJson } from './request-json.ts'

interface ExchangeSettings {
  /** The client that exchanges keys, and its secret: the service. */
  readonly service: string
  readonly secret: string
  /** Returns the current URL of the token endpoint. */
  readonly tokenUrl: () => string
}

/** Exchanges an API key for an access token that is valid for minutes. Throws AppError `auth.token_invalid` for a key that is not, `service.unavailable` if auth does not respond. */
export type ExchangeApiKey = (key: string) => Promise<string>

/** How every API key begins. */
export const API_KEY_PREFIX = 'stoa_'

const GRANT = 'urn:stoa:params:oauth:grant-type:api-key'

/** Makes the exchange of API keys for tokens, as a client of auth with the grant for API keys. */
export function createApiKeyExchange({ service, secret, tokenUrl }: ExchangeSettings): ExchangeApiKey {
  const credentials = Buffer.from(`${encodeURIComponent(service)}:${encodeURIComponent(secret)}`).toString('base64')
  return async (key) => {
    const body = new URLSearchParams({ grant_type: GRANT, api_key: key }).toString()
    const headers = { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await requestJson(tokenUrl(), { method: 'POST', headers, body, timeoutMs: 2_000 }).catch(
      (cause: Error) => {
        // the error code of RFC 6749, section 5.2, that requestJson leaves in its message
        if (cause.message.endsWith('invalid_grant')) {
          throw platformError('auth.token_invalid', 'The API key is unknown, expired or deleted.', { cause })
        }
        throw platformError('service.unavailable', 'The API key cannot be checked now.', { cause })
      },
    )
    const { access_token: token } = answer as { access_token?: unknown }
    if (typeof token !== 'string') throw new Error('the token endpoint returned no token')
    return token
  }
}

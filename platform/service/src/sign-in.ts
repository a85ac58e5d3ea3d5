import { isAppError, platformError } from '@stoa/kernel'
import { API_KEY_PREFIX, boundKeyOf, type Claims, type ExchangeApiKey, type Principal } from '@stoa/security'

/**
 * Signs in a caller that came through a door of the service's own with an access token or an API key. Returns a function that verifies
 * the caller again, for doors that stay open: it throws once the token has expired, its session has ended or the key was deleted. A token
 * of an API key is renewed.
 * @throws AppError `auth.token_invalid`, `service.unavailable`
 */
export type SignIn = (credential: string) => Promise<() => Promise<Principal>>

interface SignInParts {
  readonly verify: (token: string) => Claims | Promise<Claims>
  readonly principalOf: (claims: Claims) => Principal
  readonly exchangeApiKey: ExchangeApiKey
}

/** Makes the sign-in of a service. A token that is bound to a key is refused, as such a door sees no proof of it. */
export function makeSignIn({ verify, principalOf, exchangeApiKey }: SignInParts): SignIn {
  const principalIn = async (token: string): Promise<Principal> => {
    const claims = await verify(token)
    if (boundKeyOf(claims) === undefined) return principalOf(claims)
    throw platformError('auth.token_invalid', 'The token is bound to a key, of which there is no proof here.')
  }
  return async (credential) => {
    const isApiKey = credential.startsWith(API_KEY_PREFIX)
    let token = isApiKey ? await exchangeApiKey(credential) : credential
    await principalIn(token)
    return async () => {
      try {
        return await principalIn(token)
      } catch (error) {
        if (!isApiKey || !isAppError(error, 'auth.token_invalid')) throw error
        token = await exchangeApiKey(credential)
        return principalIn(token)
      }
    }
  }
}

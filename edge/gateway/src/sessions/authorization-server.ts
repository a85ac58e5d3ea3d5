import { platformError } from '@stoa/kernel'

/** The tokens of a sign-in. */
export interface SignInTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInSeconds: number
}

/** What the gateway asks of the authorization server for the sessions of apps. @throws AppError `service.unavailable` */
export interface AuthorizationServer {
  /** Undefined for a code that is not valid. */
  readonly redeem: (code: string, verifier: string, redirectUri: string) => Promise<SignInTokens | undefined>
  /** Undefined for a token whose session has ended. */
  readonly refresh: (refreshToken: string) => Promise<Omit<SignInTokens, 'refreshToken'> | undefined>
  readonly revoke: (refreshToken: string) => Promise<void>
}

interface ServerOptions {
  readonly url: string
  readonly client: { readonly id: string; readonly secret: string }
}

const timeoutMs = 10_000

const unavailable = (cause: unknown) =>
  platformError('service.unavailable', 'Signing in is not possible at the moment.', { cause })

/** Asks the token endpoint of auth, as a confidential client (RFC 6749, RFC 7009). */
export function authorizationServer({ url, client }: ServerOptions): AuthorizationServer {
  const credentials = [client.id, client.secret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`

  async function ask(path: string, fields: Record<string, string>): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${url}/oauth2/${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const text = await response.text()
      if (response.status < 500 && response.status !== 401) return { status: response.status, text }
      throw new Error(`auth responded with ${response.status}`)
    } catch (error) {
      throw unavailable(error)
    }
  }

  async function tokens(fields: Record<string, string>) {
    const { status, text } = await ask('token', fields)
    // only this status says that the code or token is not valid (RFC 6749, 5.2)
    if (status === 400) return undefined
    if (status !== 200) throw unavailable(new Error(`auth responded with ${status}`))
    const { access_token, refresh_token, expires_in } = JSON.parse(text) as Record<string, unknown>
    return {
      accessToken: String(access_token),
      refreshToken: String(refresh_token),
      expiresInSeconds: Number(expires_in),
    }
  }

  return {
    redeem: (code, verifier, redirectUri) =>
      tokens({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }),
    refresh: (refreshToken) => tokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    async revoke(refreshToken) {
      await ask('revoke', { token: refreshToken, token_type_hint: 'refresh_token' })
    },
  }
}

import { decodeJwt } from 'jose'

/** The session of the request's own token, which the door has verified already. */
export function currentSessionId(headers: { readonly [name: string]: string | undefined }): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '') ?? []
  if (token === undefined) return undefined
  const { sid } = decodeJwt<{ sid?: string }>(token)
  return sid
}

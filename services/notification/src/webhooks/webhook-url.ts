import { isIP } from 'node:net'
import { isLoopbackAddress, mayReach, type Reach } from '@stoa/security'

/**
 * What a URL has if every program and every reader takes it for the same one. The parser of URLs removes or replaces the rest:
 * control characters, those that are not seen, backslashes, and slashes before the host.
 */
const readAsWritten = /^https?:\/\/[^/\\\p{C}\p{Z}][^\\\p{C}\p{Z}]*$/u

/** Returns why webhooks cannot be sent to a URL; undefined if they can, as far as is known without looking its host up. */
export function whyRefused(text: string, reach: Reach): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL'
  if (!readAsWritten.test(text)) return 'contains characters that are read in more than one way'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or a password'
  if (url.hash !== '') return 'must not contain a fragment'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isLocal = host === 'localhost' || host.endsWith('.localhost') || isLoopbackAddress(host)
  if (isLocal) return reach === 'internet' ? 'must not lead to this machine' : undefined
  if (url.protocol !== 'https:') return 'must begin with https://'
  return isIP(host) === 0 || mayReach(host, reach) ? undefined : 'must not lead to a private network'
}

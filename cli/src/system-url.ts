import type { DataFolder } from '@stoa/supervisor/data-folder'
import { UsageError } from './usage-error.ts'

/** The system that a command works with: the one in a data folder of this machine, or the one at the URL of a gateway. */
export interface ReachedSystem {
  readonly folder: DataFolder
  /** URL of the gateway, without a trailing slash; undefined for the system on this machine. */
  readonly url: string | undefined
}

/** Returns the normalised URL of `--url` or STOA_URL. @throws UsageError for a URL to which no token may be sent */
export function systemUrl(given: string | undefined): string | undefined {
  const text = given ?? process.env['STOA_URL']
  if (text === undefined || text === '') return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(`"${text}" is not the URL of a system, such as https://shop.example`)
  }
  if (url.protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)) {
    throw new UsageError(`${text} uses plain HTTP, and tokens are not sent to another machine unencrypted: use https`)
  }
  return url.href.replace(/\/$/, '')
}

import type { Breakers } from '@stoa/client'
import { ConfigError } from '@stoa/config'
import { staticResolver } from '@stoa/discovery'
import { makeUpstream, type Upstream } from '../upstream/upstreams.ts'

/** Applications of before that traffic rules may send requests to, by name. */
export type LegacyUpstreams = ReadonlyMap<string, Upstream>

/** Servers close idle connections after 5 s or later, and a write on a closed one is not repeated. */
const idleMs = 1_000

/** Makes the upstreams of a setting, each as NAME=URL. @throws ConfigError for a pair that is not valid */
export function legacyUpstreams(pairs: readonly string[], breakers: Breakers): LegacyUpstreams {
  return new Map(
    pairs.map((pair) => {
      const { name, host, port } = parsePair(pair)
      const service = `legacy ${name}`
      const resolver = staticResolver({ [service]: [{ id: `legacy-${name}`, host, port }] })
      return [name, makeUpstream(service, resolver, breakers, idleMs)]
    }),
  )
}

function parsePair(pair: string) {
  const [, name, text] = /^([a-z][a-z0-9-]{0,62})=(http:\/\/\S+)$/.exec(pair) ?? []
  const url = text === undefined ? null : URL.parse(text)
  const isOrigin = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (name === undefined || url === null || !isOrigin) throw invalid(pair)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { name, host, port: url.port === '' ? 80 : Number(url.port) }
}

function invalid(pair: string): ConfigError {
  const message = `LEGACY_UPSTREAMS has ${JSON.stringify(pair)}, expected NAME=http://HOST:PORT without a path`
  return new ConfigError('gateway', [{ name: 'LEGACY_UPSTREAMS', message }])
}

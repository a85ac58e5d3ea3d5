import { hash32 } from '@stoa/discovery'
import type { TrafficRule } from './traffic-rules.ts'

/** What a rule sends a request to: a version of the service, the legacy upstream, or what it would get without the rule. */
export type Choice =
  | { readonly to: 'version'; readonly version: string }
  | { readonly to: 'legacy' }
  | { readonly to: 'usual' }

/** What the choice depends on. */
export interface Chooser {
  /** The account, or the address if anonymous clients are told apart by it; undefined to draw for each request. */
  readonly key: string | undefined
  /** A number from 0 to below 1, which differs from request to request. */
  readonly draw: () => number
  /** What the client asks for by the header or the cookie of the rule. */
  readonly asked: string | undefined
}

const usual: Choice = { to: 'usual' }
const legacy: Choice = { to: 'legacy' }

/** Whether a rule is about a path of a service. */
export function isAbout({ service, paths }: TrafficRule, of: string, path: string): boolean {
  return (service === undefined || service === of) && (paths === undefined || paths.some((one) => covers(one, path)))
}

/** Whether a path of a rule includes a path: itself, or with `/*` everything below it too. */
export function covers(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path
  const prefix = pattern.slice(0, -2)
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

/**
 * Chooses by what the client asks for, then by the weights. The same key keeps its choice, and while one share grows at the cost of the
 * usual one, only keys of the usual one move.
 */
export function choose(rule: TrafficRule, { key, draw, asked }: Chooser): Choice {
  const { versions, legacy: old } = rule
  if (asked !== undefined) {
    if (old !== undefined && asked === 'legacy') return legacy
    if (versions?.some(({ version }) => version === asked) === true) return { to: 'version', version: asked }
  }
  const oldShare = (old?.percent ?? 0) / 100
  const point = key === undefined ? draw() : pointOf(rule, 'legacy', key)
  if (point < oldShare) return legacy
  if (versions === undefined) return usual
  // of one draw, what is left for the versions is as even as the whole; an account has a point of its own for them
  return byWeight(versions, key === undefined ? (point - oldShare) / (1 - oldShare) : pointOf(rule, 'versions', key))
}

function pointOf({ name }: TrafficRule, share: string, key: string): number {
  return hash32(`${name}/${share}/${key}`) / 2 ** 32
}

/** The usual version is the first: the others count from the end, so that their keys stay while their weights grow. */
function byWeight(versions: NonNullable<TrafficRule['versions']>, point: number): Choice {
  let left = (1 - point) * versions.reduce((sum, { weight }) => sum + weight, 0)
  for (let at = versions.length - 1; at >= 0; at--) {
    const one = versions[at]
    if (one === undefined || one.weight === 0) continue
    left -= one.weight
    if (left <= 0) return { to: 'version', version: one.version }
  }
  const first = versions.find(({ weight }) => weight > 0)
  return first === undefined ? usual : { to: 'version', version: first.version }
}

/** Numbers from 0 to below 1 that cover the range evenly from the first on (the golden ratio sequence). */
export function evenDraws(): () => number {
  let point = 0
  return () => {
    point = (point + 0.618_033_988_749_894_9) % 1
    return point
  }
}

import { MAX_BODY_BYTES } from '@stoa/contract'
import type { Principal } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'
import type { Upstream } from '../upstream/upstreams.ts'
import { choose, covers, evenDraws, isAbout, type Choice } from './choose.ts'
import type { LegacyUpstreams } from './legacy-upstreams.ts'
import type { TrafficRule } from './traffic-rules.ts'

/** Where a traffic rule sends a request. */
export interface Destination {
  readonly rule: string
  /** In place of the service. */
  readonly legacy: Upstream | undefined
  /** Of the service; its other versions are only called while it has no instance that may be. */
  readonly version: string | undefined
  /** Whether it is what most clients get, so that its responses may be shared with them. */
  readonly isUsual: boolean
  /** The version that gets a copy, if the request is safe. */
  readonly mirror: string | undefined
}

/** The traffic rules that apply now. */
export interface Traffic {
  /** Whether there are rules at all. */
  readonly isOn: () => boolean
  readonly rules: () => readonly TrafficRule[]
  readonly replace: (rules: readonly TrafficRule[]) => void
  /** Where a request of a client goes; undefined for one that no rule is about. */
  readonly destinationOf: (route: Route, head: RequestHead, principal: Principal) => Destination | undefined
  /** The same for a call that the gateway makes itself, which no legacy upstream understands. */
  readonly versionFor: (route: Route, head: RequestHead, principal: Principal) => Destination | undefined
  /** The route of a path that no service has, if a legacy upstream serves it. */
  readonly legacyRoute: (path: string) => Route | undefined
}

interface TrafficOptions {
  readonly legacy: LegacyUpstreams
  readonly telemetry: Pick<Telemetry, 'metrics'>
  readonly draw?: () => number
}

interface ReadyRule {
  readonly rule: TrafficRule
  /** For paths that no service has. */
  readonly route: Route | undefined
}

/** Makes the rules, none at first. */
export function makeTraffic({ legacy, telemetry, draw = evenDraws() }: TrafficOptions): Traffic {
  const mirrorDraw = evenDraws()
  const labels = ['rule', 'to'] as const
  const sent = telemetry.metrics.counter(
    'gateway_traffic_requests_total',
    'Requests that a traffic rule sent on',
    labels,
  )
  let ready: readonly ReadyRule[] = []

  function destinationOf(route: Route, head: RequestHead, principal: Principal): Destination | undefined {
    const found = ready.find((each) => each.route === route || isAbout(each.rule, route.service, head.path))
    if (found === undefined) return undefined
    const { rule } = found
    const choice = found.route === route ? toLegacy : choose(rule, chooserOf(rule, head, principal, draw))
    sent.add(1, { rule: rule.name, to: nameOf(choice) })
    return destination(rule, choice)
  }

  function destination(rule: TrafficRule, choice: Choice): Destination {
    const version = choice.to === 'version' ? choice.version : undefined
    return {
      rule: rule.name,
      legacy: choice.to === 'legacy' ? legacyOf(rule) : undefined,
      version,
      isUsual: choice.to === 'usual' || (version !== undefined && version === rule.versions?.[0]?.version),
      mirror: choice.to === 'legacy' ? undefined : mirrorOf(rule, version, mirrorDraw),
    }
  }

  function legacyOf({ legacy: given }: TrafficRule): Upstream {
    const upstream = given === undefined ? undefined : legacy.get(given.upstream)
    if (upstream === undefined) throw new Error('a rule was accepted without its legacy upstream')
    return upstream
  }

  return {
    isOn: () => ready.length > 0,
    rules: () => ready.map(({ rule }) => rule),
    replace(rules) {
      ready = rules.map((rule) => ({ rule, route: legacyRouteOf(rule) }))
    },
    destinationOf,
    versionFor(route, head, principal) {
      const found = ready.find(({ rule }) => rule.legacy === undefined && isAbout(rule, route.service, head.path))
      if (found === undefined) return undefined
      return destination(found.rule, choose(found.rule, chooserOf(found.rule, head, principal, draw)))
    },
    legacyRoute: (path) =>
      ready.find(({ rule, route }) => route !== undefined && rule.paths?.some((one) => covers(one, path)))?.route,
  }
}

const toLegacy: Choice = { to: 'legacy' }

function chooserOf(
  { anonymousBy, header, cookie }: TrafficRule,
  head: RequestHead,
  principal: Principal,
  draw: () => number,
) {
  const anonymous = anonymousBy === 'address' ? head.address : undefined
  return {
    key: principal.kind === 'anonymous' ? anonymous : principal.subject,
    draw,
    asked: askedBy(head, header) ?? (cookie === undefined ? undefined : cookieOf(head.headers.cookie, cookie)),
  }
}

function askedBy({ headers }: RequestHead, header: string | undefined): string | undefined {
  const value = header === undefined ? undefined : headers[header.toLowerCase()]
  return typeof value === 'string' ? value : undefined
}

/** The value of a cookie, or undefined. */
function cookieOf(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

function mirrorOf({ mirror }: TrafficRule, version: string | undefined, draw: () => number): string | undefined {
  if (mirror === undefined || mirror.version === version) return undefined
  return draw() < (mirror.percent ?? 100) / 100 ? mirror.version : undefined
}

function nameOf(choice: Choice): string {
  return choice.to === 'version' ? choice.version : choice.to
}

/** Paths that no service has: the application of before authenticates its own callers there. */
function legacyRouteOf({ name, service, paths, legacy }: TrafficRule): Route | undefined {
  if (legacy === undefined || legacy.percent === 0 || service !== undefined) return undefined
  return {
    service: `legacy ${legacy.upstream}`,
    name,
    method: '*',
    path: paths?.join(' ') ?? '',
    group: 'legacy',
    permission: 'public',
    rateClass: 'standard',
    timeoutMs: 10_000,
    bodyLimitBytes: MAX_BODY_BYTES,
    waitSeconds: 0,
    idempotencyKey: 'none',
    isStream: false,
    isForeign: true,
    checksCallers: true,
    sharedWith: undefined,
    isSignIn: false,
  }
}

/** A request as a legacy upstream gets it: nothing says that it records the key of a write, so a write is sent once. */
export function legacyRequest<Sent extends { readonly route: Route }>(sent: Sent): Sent {
  return { ...sent, route: { ...sent.route, idempotencyKey: 'none', onlyReads: false } }
}

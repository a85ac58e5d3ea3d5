import { closed } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })
const Version = Type.String({ pattern: String.raw`^[\w.+-]{1,64}$` })
const FieldName = Type.String({ pattern: String.raw`^[\w-]{1,64}$` })
const Percent = Type.Number({ minimum: 0, maximum: 100 })

/** One path, or with `/*` at its end a path and everything below it. */
const Path = Type.String({ pattern: String.raw`^(/[\w.~:@!$&'()+,;=-]+)+(/\*)?$|^/\*$`, maxLength: 500 })

const TrafficRule = Type.Object(
  {
    name: Name,
    service: Type.Optional(Name),
    paths: Type.Optional(Type.Array(Path, { minItems: 1, maxItems: 100 })),
    versions: Type.Optional(
      Type.Array(Type.Object({ version: Version, weight: Type.Integer({ minimum: 0, maximum: 10_000 }) }, closed), {
        minItems: 1,
        maxItems: 10,
      }),
    ),
    header: Type.Optional(FieldName),
    cookie: Type.Optional(FieldName),
    anonymousBy: Type.Optional(Type.Enum(['request', 'address'])),
    mirror: Type.Optional(Type.Object({ version: Version, percent: Type.Optional(Percent) }, closed)),
    legacy: Type.Optional(Type.Object({ upstream: Name, percent: Percent }, closed)),
  },
  closed,
)

const TrafficFile = Type.Object({ format: Type.Literal(1), rules: Type.Array(TrafficRule, { maxItems: 200 }) }, closed)

/** One rule of a traffic file; the first rule that matches a request decides. */
export type TrafficRule = Static<typeof TrafficRule>

/**
 * Reads the text of a traffic file, with legacy upstreams of these names alone.
 * @throws TypeError with a sentence that names what is wrong
 */
export function parseTrafficFile(text: string, legacyNames: ReadonlySet<string>): readonly TrafficRule[] {
  const value = parseJson(text)
  if (!Value.Check(TrafficFile, value)) {
    const [first] = Value.Errors(TrafficFile, value)
    throw new TypeError(`it is invalid at ${first?.instancePath || '/'}: ${first?.message ?? 'not as expected'}`)
  }
  const names = new Set<string>()
  for (const rule of value.rules) {
    const reason = names.has(rule.name) ? 'has the name of another rule' : reasonAgainst(rule, legacyNames)
    if (reason !== undefined) throw new TypeError(`the rule ${rule.name} ${reason}`)
    names.add(rule.name)
  }
  return value.rules
}

/** Why a rule cannot be used, as the rest of a sentence. */
function reasonAgainst(rule: TrafficRule, legacyNames: ReadonlySet<string>): string | undefined {
  const { service, paths, versions, mirror, legacy, header, cookie } = rule
  if (versions === undefined && mirror === undefined && legacy === undefined)
    return 'changes nothing: it needs versions, mirror or legacy'
  if (service === undefined && (versions !== undefined || mirror !== undefined))
    return 'needs the service whose versions it names'
  if (legacy !== undefined && paths === undefined) return 'needs the paths that the legacy upstream serves'
  if (legacy !== undefined && !legacyNames.has(legacy.upstream))
    return `names the legacy upstream ${legacy.upstream}, which LEGACY_UPSTREAMS does not have`
  if (versions === undefined && legacy === undefined && (header ?? cookie) !== undefined)
    return 'has a header or cookie and nothing to choose from'
  return versions === undefined ? undefined : reasonAgainstVersions(versions)
}

function reasonAgainstVersions(versions: NonNullable<TrafficRule['versions']>): string | undefined {
  const seen = new Set<string>()
  for (const { version } of versions) {
    if (seen.has(version)) return `has the version ${version} twice`
    seen.add(version)
  }
  return versions.some(({ weight }) => weight > 0) ? undefined : 'has no version with a weight above 0'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('it is not JSON')
  }
}

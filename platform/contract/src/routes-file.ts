import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Acceptance, RoutesDocument } from './routes.ts'
import { closed } from './schemas.ts'

const ServiceName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })
const Address = Type.String({ pattern: String.raw`^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):[1-9][0-9]{0,4}$` })

/** A release beside another one: traffic rules of the gateway choose by the version. */
const VersionedAddress = Type.Object(
  { address: Address, version: Type.String({ pattern: String.raw`^[\w.+-]{1,64}$` }) },
  closed,
)

/**
 * What `stoa publish routes` writes for a gateway without a registry: where the processes of each service are, and of a service that is
 * not part of the system, or has newer routes, its document and what is accepted of it.
 */
export const RoutesFile = Type.Object(
  {
    format: Type.Literal(1),
    services: Type.Array(
      Type.Object(
        {
          service: ServiceName,
          addresses: Type.Array(Type.Union([Address, VersionedAddress]), { maxItems: 1_000 }),
          accepted: Type.Optional(Acceptance),
          document: Type.Optional(RoutesDocument),
        },
        closed,
      ),
      { maxItems: 1_000 },
    ),
  },
  closed,
)
export type RoutesFile = Static<typeof RoutesFile>

/** Reads the text of a routes file. @throws TypeError with a sentence that names what is wrong */
export function parseRoutesFile(text: string): RoutesFile {
  const value = parseJson(text)
  if (!Value.Check(RoutesFile, value)) {
    const [first] = Value.Errors(RoutesFile, value)
    throw new TypeError(`it is invalid at ${first?.instancePath || '/'}: ${first?.message ?? 'not as expected'}`)
  }
  const names = new Set<string>()
  for (const { service, document } of value.services) {
    if (names.has(service)) throw new TypeError(`it has two entries of ${service}`)
    names.add(service)
    if (document !== undefined && document.name !== service)
      throw new TypeError(`the document of ${service} is that of ${document.name}`)
  }
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('it is not JSON')
  }
}

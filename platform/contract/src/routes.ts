import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { noGraph } from './graph.ts'
import { isInternalPath } from './operations.ts'
import { closed } from './schemas.ts'
import type { Route, Service } from './service.ts'

const Text = Type.String({ maxLength: 2_000 })
const Name = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.:-]{0,99}$' })
const ServiceName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' })
const PermissionName = Type.String({ pattern: '^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*){0,3}$', maxLength: 100 })
const MediaType = Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]{1,100}$' })
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })
const Bytes = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Path = Type.String({ pattern: '^/[A-Za-z0-9._~{}:*/-]{1,300}$' })
// A JSON Schema: read by documents and limits, never executed.
const JsonSchema = Type.Object({})
const Schemas = Type.Record(Text, JsonSchema, { maxProperties: 100 })
const Answers = Type.Record(Type.String({ pattern: '^[1-5][0-9]{2}$' }), Type.Union([JsonSchema, Type.Null()]), {
  maxProperties: 50,
})

const shared = { path: Path, summary: Text, permission: PermissionName }
const asked = { params: Schemas, owner: Text, query: Type.Optional(JsonSchema), refuses: Type.Array(Name) }

const OperationRoute = Type.Object({
  kind: Type.Literal('operation'),
  method: Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  ...shared,
  ...asked,
  effect: Type.Enum(['read', 'write']),
  body: Type.Optional(JsonSchema),
  answers: Answers,
  rateClass: Type.Enum(['standard', 'critical']),
  checksPassword: Type.Boolean(),
  timeoutMs: Type.Integer({ minimum: 1, maximum: 600_000 }),
  cacheControl: Type.Optional(Text),
  sharedWith: Type.Optional(
    Type.Union([Type.Literal('everybody'), Type.Object({ exceptWhoMay: PermissionName }, closed)]),
  ),
  idempotencyKey: Type.Enum(['required', 'accepted', 'none']),
  answersWith: Type.Optional(Name),
  settles: Type.Boolean(),
  waitSeconds: Type.Integer({ minimum: 0, maximum: 30 }),
  external: Type.Boolean(),
  rawBody: Type.Boolean(),
  audited: Type.Optional(Type.Boolean()),
  deprecated: Type.Optional(Type.Object({ since: Day, sunset: Type.Optional(Day), successor: Type.Optional(Name) })),
  upload: Type.Optional(
    Type.Object({ shelf: Name, mediaTypes: Type.Array(MediaType, { minItems: 1, maxItems: 50 }), largestBytes: Bytes }),
  ),
  download: Type.Optional(Type.Object({ shelf: Name })),
})

const StreamRoute = Type.Object({
  kind: Type.Literal('stream'),
  method: Type.Literal('GET'),
  ...shared,
  ...asked,
})

const SocketRoute = Type.Object({
  kind: Type.Literal('socket'),
  method: Type.Literal('GET'),
  ...shared,
  ...asked,
  receives: Schemas,
  sends: Schemas,
})

const MountRoute = Type.Object({
  kind: Type.Literal('mount'),
  ...shared,
  checksPassword: Type.Boolean(),
  takesTokens: Type.Boolean(),
  isQuiet: Type.Boolean(),
  endpoints: Type.Array(
    Type.Object({
      name: Name,
      method: Type.Enum(['GET', 'POST']),
      path: Path,
      summary: Text,
      params: Schemas,
      body: JsonSchema,
      answers: Answers,
    }),
    { maxItems: 100 },
  ),
})

const Events = Type.Record(
  Name,
  Type.Object({ type: Name, version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }), data: JsonSchema }),
  { maxProperties: 500 },
)

/**
 * What the gateway needs of a contract, as JSON: the routes that clients reach, and what documents show of them. An instance offers it to
 * the registry, and `stoa publish routes` writes it to a file.
 */
export const RoutesDocument = Type.Object(
  {
    format: Type.Literal(1),
    name: ServiceName,
    owner: Text,
    slo: Type.Object({ availability: Type.Number(), p99Ms: Type.Number(), errorRate: Type.Number() }, closed),
    errors: Type.Record(Name, Type.Object({ kind: Text, title: Text, why: Text, fix: Text }), { maxProperties: 500 }),
    operations: Type.Record(Name, Type.Union([OperationRoute, StreamRoute, SocketRoute, MountRoute]), {
      maxProperties: 500,
    }),
    publishes: Events,
    consumes: Events,
    examples: Type.Record(Name, Type.Object({}), { maxProperties: 500 }),
    keepsPersonalData: Type.Boolean(),
  },
  closed,
)
export type RoutesDocument = Static<typeof RoutesDocument>

/** A permission as an operator has accepted it: its description and the roles that get it. */
const AcceptedPermission = Type.Object(
  {
    description: Text,
    roles: Type.Array(Name, { maxItems: 20, uniqueItems: true }),
    isForPartners: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** What an operator has accepted of a service: path prefixes, the permissions that its routes may ask for, and the methods that it may call. */
export const Acceptance = Type.Object(
  {
    paths: Type.Array(Path, { minItems: 1, maxItems: 100, uniqueItems: true }),
    permissions: Type.Record(PermissionName, AcceptedPermission, { maxProperties: 200 }),
    calls: Type.Record(ServiceName, Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 }), {
      maxProperties: 50,
    }),
  },
  closed,
)
export type Acceptance = Static<typeof Acceptance>

/** Makes the document of a contract. */
export function routesDocument({ name, owner, slo, errors, ...described }: Service): RoutesDocument {
  const { operations, publishes, consumes, examples, personalData } = described
  const reachable = Object.entries(operations).filter(([, { path }]) => !isInternalPath(path))
  const document = {
    format: 1,
    name,
    owner,
    slo,
    errors,
    operations: Object.fromEntries(reachable.map(([key, route]) => [key, withoutFunctions(route)])),
    publishes: Object.fromEntries(Object.entries(publishes).map(([key, event]) => [key, eventOf(event)])),
    consumes: Object.fromEntries(Object.entries(consumes).map(([key, event]) => [key, eventOf(event)])),
    examples: Object.fromEntries(reachable.flatMap(([key]) => (examples[key] ? [[key, examples[key]]] : []))),
    keepsPersonalData: personalData !== 'none',
  }
  // As it is sent: without what is undefined, and without the marks that schemas have in memory.
  return JSON.parse(JSON.stringify(document)) as RoutesDocument
}

function withoutFunctions(route: Route): object {
  if (route.kind !== 'operation') return route
  const { settled, ...data } = route
  return { ...data, settles: settled !== undefined }
}

function eventOf({ type, version, data }: { readonly type: string; readonly version: string; readonly data: TSchema }) {
  return { type, version, data }
}

/** Of objects and arrays: those of our contracts have 24 levels. */
const deepest = 100

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}

/** Reads a document from unknown input. @throws TypeError that names what is wrong */
export function parseRoutesDocument(value: unknown): RoutesDocument {
  const document = parse(RoutesDocument, value, 'the routes document')
  if (isDeeper(document, deepest)) throw new TypeError('the routes document is nested too deeply')
  return document
}

/** Reads an acceptance from unknown input; fields of later releases are ignored. @throws TypeError that names what is wrong */
export function parseAcceptance(value: unknown): Acceptance {
  const { paths, permissions, calls } = (value ?? {}) as Partial<Acceptance>
  return parse(Acceptance, { paths, permissions, calls }, 'the acceptance')
}

function parse<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  throw new TypeError(`${what} is invalid at ${first?.instancePath || '/'}: ${first?.message ?? 'not as expected'}`)
}

/** The contract that a document describes, as the gateway and the documents read contracts: without RPC, sagas, tasks and a graph. */
export function serviceOf(document: RoutesDocument): Service {
  const { format: _format, keepsPersonalData, operations, ...described } = document
  const restored = Object.entries(operations).map(([name, route]) => {
    if (route.kind !== 'operation') return [name, route]
    const { settles, ...data } = route
    // Only whether it is there is read outside of the service.
    return [name, settles ? { ...data, settled: () => false } : data]
  })
  return {
    ...described,
    operations: Object.fromEntries(restored) as Service['operations'],
    port: 0,
    scaling: { min: 1, max: 1, cpuPercent: 100 },
    rpc: undefined,
    batches: {},
    calls: {},
    sagas: {},
    tasks: {},
    flags: {},
    blobs: {},
    apps: {},
    graph: noGraph,
    personalData: keepsPersonalData ? { data: 'what the service keeps on persons' } : 'none',
  } as unknown as Service
}

/** The permissions that the routes of a service ask for, with `…:any` of each, which its handlers may ask for. */
export function permissionsOf({ operations }: Pick<Service, 'operations'>): string[] {
  const asked = Object.values(operations).flatMap((route) => {
    const sharing = route.kind === 'operation' ? route.sharedWith : undefined
    return [route.permission, ...(typeof sharing === 'object' ? [sharing.exceptWhoMay] : [])]
  })
  return [...new Set(asked)].filter((name) => !always.has(name)).toSorted()
}

// Needs no acceptance: everyone has the one, and processes of the system the other.
const always = new Set<string>(['public', 'service'])

/** The prefixes of the paths of a service: `/api/v1/orders` of `/api/v1/orders/{id}`, `/oauth2` of `/oauth2/*`. */
export function pathPrefixesOf({ operations }: Pick<Service, 'operations'>): string[] {
  const paths = Object.values(operations).map(({ path }) => path)
  return [...new Set(paths.filter((path) => !isInternalPath(path)).map(prefixOf))].toSorted()
}

/** The first segment of a path, and of `/api/v1/…` the first three, without an action (`orders:search`). */
export function prefixOf(path: string): string {
  const segments = path.split('/').slice(1)
  const kept = segments.slice(0, segments[0] === 'api' ? 3 : 1).map((segment) => segment.replace(/:.*$/, ''))
  return `/${kept.join('/')}`
}

/** Why a document goes beyond what was accepted of its service, each in a sentence; empty if it does not. */
export function refusalsOf({ operations }: RoutesDocument, { paths, permissions }: Acceptance): string[] {
  const service = { operations: operations as unknown as Service['operations'] }
  return [
    ...pathPrefixesOf(service)
      .filter((prefix) => !paths.includes(prefix))
      .map((prefix) => `the path ${prefix} is not accepted`),
    ...permissionsOf(service)
      .filter((name) => !Object.hasOwn(permissions, name))
      .map((name) => `the permission ${name} is not accepted`),
    ...Object.values(operations).flatMap(outsideOfMount),
  ]
}

/** Documents show the endpoints of a mount by their own paths. */
function outsideOfMount(route: RoutesDocument['operations'][string]): string[] {
  if (route.kind !== 'mount') return []
  const below = route.path.replace(/\*$/, '')
  return route.endpoints
    .filter(({ path }) => !path.startsWith(below))
    .map(({ path }) => `the path ${path} is not below ${route.path}`)
}

import { callerId, type GraphRead, type GraphStream, type Operation, type Service, type Stream } from '@stoa/contract'
import { isBatchable, MAX_READ_LENGTH } from '@stoa/http'
import { platformError, type AppError } from '@stoa/kernel'
import { GraphQLNonNull, type GraphQLFieldConfigArgumentMap } from 'graphql'
import type { TSchema } from 'typebox'
import type { FieldExtensions } from './field-extensions.ts'
import { isGraphName, nameBelow } from './graph-names.ts'
import type { Rules } from './scalars.ts'
import type { GraphField, TypeMaker } from './type-maker.ts'
import type { Read } from './waves.ts'

interface ReadFieldOptions {
  readonly service: Service
  readonly read: GraphRead
  /** The name of the field below its object: `OrderCustomer`. */
  readonly place: string
  readonly types: TypeMaker
}

/** Makes a field that reads: its type and arguments are those of the operation. @throws Error for a wrong declaration */
export function readField({ service, read, place, types }: ReadFieldOptions): GraphField {
  const name = read.operation
  const operation = readOperation(service, name)
  const answer = operation.answers[200]
  if (answer === undefined || answer === null) throw new Error(`${service.name}.${name} has no response`)
  const given = read.with ?? {}
  const extensions: FieldExtensions = { readOf: service.name, pageSize: pageSizeOf(operation) }
  return {
    type: types.output(answer, answerName(answer, place, types)),
    description: operation.summary,
    args: argumentsOf(operation, given, { place, types, at: `${service.name}.${name}` }),
    extensions: { stoa: extensions },
    resolve(source, values: Readonly<Record<string, unknown>>, { load, callerId: caller }) {
      const found = readFor(operation, given, { source, values, caller })
      return found === undefined ? null : load({ service: service.name, operation: name, ...found })
    },
  }
}

interface StreamFieldOptions extends Omit<ReadFieldOptions, 'read'> {
  readonly declared: GraphStream
}

/** Makes a field that follows a stream: each event is one result. @throws Error for a wrong declaration */
export function streamField({
  service,
  declared: { stream: name, event },
  place,
  types,
}: StreamFieldOptions): GraphField {
  const stream = service.operations[name]
  if (stream?.kind !== 'stream') throw new Error(`${service.name}.${name} is not a stream`)
  return {
    type: types.output(event, place.replace(/^Subscription/, '')),
    description: stream.summary,
    args: argumentsOf(stream, {}, { place, types, at: `${service.name}.${name}` }),
    extensions: { stoa: { readOf: service.name } satisfies FieldExtensions },
    subscribe(_source, values: Readonly<Record<string, unknown>>, { follow }) {
      const found = readFor(stream, {}, { source: undefined, values, caller: undefined })
      return found === undefined ? undefined : follow({ service: service.name, operation: name, ...found })
    },
    resolve: (event: unknown) => event,
  }
}

function readOperation(service: Service, name: string): Operation {
  const operation = service.operations[name]
  if (operation?.kind === 'operation' && isBatchable(operation)) return operation
  throw new Error(`${service.name}.${name} is not a read operation that the graph can use`)
}

/** A page is named after its items; what a contract names keeps its name, and all else is named after its place. */
function answerName(answer: TSchema, place: string, types: TypeMaker): string {
  const { properties = {} }: Rules = answer
  const { items: item }: Rules = properties['items'] ?? {}
  const name = item === undefined ? undefined : types.nameOf(item)
  const others = Object.keys(properties).filter((field) => field !== 'items' && field !== 'nextCursor')
  if (name === undefined || others.length > 0) return place.replace(/^Query/, '')
  return 'nextCursor' in properties ? `${name}Page` : `${name}List`
}

interface ArgumentPlace {
  readonly place: string
  readonly types: TypeMaker
  readonly at: string
}

/** The parameters of an operation that no field of the object gives. */
function argumentsOf(
  operation: Operation | Stream,
  given: Readonly<Record<string, string>>,
  { place, types, at }: ArgumentPlace,
): GraphQLFieldConfigArgumentMap {
  const parameters = parametersOf(operation)
  const unknown = Object.keys(given).find((name) => !parameters.has(name))
  if (unknown !== undefined) throw new Error(`${at} has no parameter ${unknown}`)
  const open = [...parameters].filter(([name]) => !(name in given))
  return Object.fromEntries(
    open.map(([name, { schema, isRequired }]) => {
      if (!isGraphName(name)) throw new Error(`${name} of ${at} is no name of GraphQL`)
      const type = types.input(schema, nameBelow(place, name))
      const { description }: Rules = schema
      const text = description === undefined ? {} : { description }
      return [name, { type: isRequired ? new GraphQLNonNull(type) : type, ...text }]
    }),
  )
}

interface Parameter {
  readonly schema: TSchema
  readonly isRequired: boolean
}

/** The parameters of the path, then those of the query. */
function parametersOf({ params, query }: Operation | Stream): ReadonlyMap<string, Parameter> {
  const { properties = {}, required = [] }: Rules = query ?? {}
  return new Map([
    ...Object.entries(params).map(([name, schema]) => [name, { schema, isRequired: true }] as const),
    ...Object.entries(properties).map(
      ([name, schema]) => [name, { schema, isRequired: required.includes(name) }] as const,
    ),
  ])
}

function pageSizeOf({ query, answers }: Operation): FieldExtensions['pageSize'] {
  const { properties = {} }: Rules = query ?? {}
  const { properties: returned = {} }: Rules = answers[200] ?? {}
  const limit: Rules | undefined = properties['limit']
  if (limit === undefined || returned['items'] === undefined) return undefined
  return { argument: 'limit', usual: typeof limit.default === 'number' ? limit.default : 50 }
}

interface Values {
  readonly source: unknown
  readonly values: Readonly<Record<string, unknown>>
  readonly caller: string | undefined
}

/** The parameters of a read; undefined if the object lacks the field that one of them comes from. @throws AppError `auth.token_missing`, `request.invalid` */
function readFor(
  { params: path }: Operation | Stream,
  given: Readonly<Record<string, string>>,
  { source, values, caller }: Values,
): Pick<Read, 'params' | 'search'> | undefined {
  const params: Record<string, string> = {}
  const search = new URLSearchParams()
  let length = 0
  const put = (name: string, value: unknown) => {
    for (const each of [value].flat()) {
      if (each === undefined || each === null) continue
      const text = typeof each === 'string' ? each : JSON.stringify(each)
      length += name.length + text.length + 2
      // before it is copied: a field may be read for each of many objects
      if (length > MAX_READ_LENGTH.search || (name in path && text.length > MAX_READ_LENGTH.param)) throw tooLong()
      if (name in path) params[name] = text
      else search.append(name, text)
    }
  }
  for (const [name, from] of Object.entries(given)) {
    const value = from === callerId ? caller : (source as Readonly<Record<string, unknown>>)[from]
    if (from === callerId && value === undefined) {
      throw platformError('auth.token_missing', 'A bearer token is required.')
    }
    if (value === undefined || value === null) return undefined
    put(name, value)
  }
  for (const [name, value] of Object.entries(values)) put(name, value)
  const text = search.toString()
  if (text.length > MAX_READ_LENGTH.search) throw tooLong()
  return { params, search: text }
}

function tooLong(): AppError {
  const { param, search } = MAX_READ_LENGTH
  return platformError('request.invalid', `The arguments are longer than ${search} characters, or an id than ${param}.`)
}

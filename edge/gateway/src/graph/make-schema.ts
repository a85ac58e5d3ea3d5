import { callerId, type Graph, type GraphRead, type Service } from '@stoa/contract'
import { GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { TSchema } from 'typebox'
import type { QueryContext } from './field-extensions.ts'
import { nameBelow } from './graph-names.ts'
import { readField, streamField } from './read-field.ts'
import type { Rules } from './scalars.ts'
import { typeMaker, type GraphField, type GraphFields } from './type-maker.ts'

const queryType = 'Query'
const subscriptionType = 'Subscription'

/**
 * Makes the schema from what the contracts of a system declare. @throws Error if a declaration is wrong: an operation that does not
 * exist or is no read, a name that is used twice or that GraphQL does not take
 */
export function makeSchema(services: readonly Service[]): GraphQLSchema {
  const byName = new Map(services.map((service) => [service.name, service]))
  const named = namedTypes(services)
  const relations = relationsByType(services, named)
  const types = typeMaker({ named, furtherFields: relationsOf })

  function fieldsOf(owner: Service, declared: Graph['queries'], parent: string): [string, GraphField][] {
    return Object.entries(declared).flatMap(([name, read]) => {
      const service = read.service === undefined ? owner : byName.get(read.service)
      // what it reads may not be part of the system
      if (service === undefined) return []
      return [[name, readField({ service, read, place: nameBelow(parent, name), types })]]
    })
  }

  function relationsOf(type: string): GraphFields {
    const { owner, declared } = relations.get(type) ?? {}
    return owner === undefined || declared === undefined ? {} : Object.fromEntries(fieldsOf(owner, declared, type))
  }

  const fields: GraphFields = {}
  for (const service of services) {
    for (const [name, field] of fieldsOf(service, service.graph.queries, queryType)) {
      if (name in fields) throw new Error(`two services declare the query ${name}`)
      fields[name] = field
    }
  }
  const streams = services.flatMap((service) =>
    Object.entries(service.graph.subscriptions ?? {}).map(([name, declared]): [string, GraphField] => [
      name,
      streamField({ service, declared, place: nameBelow(subscriptionType, name), types }),
    ]),
  )
  const root = (name: string, of: GraphFields) => new GraphQLObjectType<unknown, QueryContext>({ name, fields: of })
  return new GraphQLSchema({
    query: root(queryType, fields),
    ...(streams.length === 0 ? {} : { subscription: root(subscriptionType, Object.fromEntries(streams)) }),
  })
}

function namedTypes(services: readonly Service[]): ReadonlyMap<string, TSchema> {
  const named = new Map<string, TSchema>()
  for (const { name: service, graph } of services) {
    for (const [name, schema] of Object.entries(graph.types)) {
      if (named.has(name)) throw new Error(`the type ${name} of ${service} is declared twice`)
      named.set(name, schema)
    }
  }
  return named
}

interface Relations {
  readonly owner: Service
  readonly declared: Readonly<Record<string, GraphRead>>
}

function relationsByType(
  services: readonly Service[],
  named: ReadonlyMap<string, TSchema>,
): ReadonlyMap<string, Relations> {
  const relations = new Map<string, Relations>()
  for (const owner of services) {
    for (const [type, declared] of Object.entries(owner.graph.relations)) {
      const schema = named.get(type)
      if (schema === undefined)
        throw new Error(`${owner.name} declares relations of ${type}, which is not a named type`)
      if (relations.has(type)) throw new Error(`two services declare relations of ${type}`)
      checkRelations(type, declared, schema)
      relations.set(type, { owner, declared })
    }
  }
  return relations
}

function checkRelations(type: string, declared: Relations['declared'], { properties = {} }: Rules): void {
  for (const [name, read] of Object.entries(declared)) {
    if (name in properties) throw new Error(`${type}.${name} is a field already`)
    const unknown = Object.values(read.with ?? {}).find((source) => source !== callerId && !(source in properties))
    if (unknown !== undefined) throw new Error(`${type} has no field ${unknown}`)
  }
}

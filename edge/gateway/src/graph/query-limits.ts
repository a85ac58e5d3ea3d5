import { gatewayErrors } from '@stoa/contracts/gateway/errors'
import { catalogueError, type AppError } from '@stoa/kernel'
import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { extensionsOf } from './field-extensions.ts'

/** The limits of one query. */
export interface QueryLimits {
  /** Objects within objects. */
  readonly depth: number
  readonly aliases: number
  /** The sum of its possible objects, one for each alias of a text or number in them, and ten for each of its possible reads. */
  readonly cost: number
}

/** The limits of every query. */
export const queryLimits: QueryLimits = { depth: 12, aliases: 30, cost: 20_000 }

const costOfRead = 10
/** Items of a list whose length no schema limits and no argument sets. */
const usualItems = 10
const mostVisits = 10_000

interface Measured {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
}

/**
 * Refuses a query that is too large, before any of it runs; the query has to be valid, as fragments in a circle would not end.
 * @throws AppError `graph.too_deep`, `graph.too_many_aliases`, `graph.too_costly`
 */
export function checkQuery(
  { schema, document, operation, variables }: Measured,
  limits: QueryLimits = queryLimits,
): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  }
  const sums = makeSums(limits)
  const root = schema.getRootType(operation.operation)
  if (root !== undefined && root !== null)
    visitSet(operation.selectionSet, root, { depth: 1, times: 1, page: undefined })

  function visitSet(set: SelectionSetNode, type: GraphQLObjectType, place: Place): void {
    for (const selection of set.selections) {
      sums.visit(selection)
      if (selection.kind === Kind.FIELD) visitField(selection, type, place)
      else if (selection.kind === Kind.INLINE_FRAGMENT) visitSet(selection.selectionSet, type, place)
      else {
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) visitSet(fragment.selectionSet, type, place)
      }
    }
  }

  /** What asks for the schema itself has a rule of its own for its depth, and no pages. */
  function visitSetOfSchema({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      sums.visit(selection)
      const { selectionSet } =
        selection.kind === Kind.FRAGMENT_SPREAD ? (fragments.get(selection.name.value) ?? {}) : selection
      if (selectionSet !== undefined) visitSetOfSchema(selectionSet)
    }
  }

  function visitField(node: FieldNode, parent: GraphQLObjectType, { depth, times, page }: Place): void {
    const field = parent.getFields()[node.name.value]
    if (node.selectionSet === undefined) {
      // each alias repeats a text, which may be long, in every object
      return sums.spend(node.alias === undefined ? 0 : times)
    }
    if (field === undefined) return visitSetOfSchema(node.selectionSet)
    if (depth > limits.depth) {
      throw refusal('graph.too_deep', `A query has at most ${limits.depth} levels of objects.`)
    }
    const { readOf, pageSize, mostItems } = extensionsOf(field)
    const isList = listIn(field.type)
    const isItems = isList && node.name.value === 'items' && page !== undefined
    const items = !isList ? 1 : isItems ? page : Math.min(mostItems ?? usualItems, usualItems)
    const objects = times * items
    sums.spend(objects + (readOf === undefined ? 0 : times * costOfRead))
    const type = getNamedType(field.type)
    if (!isObjectType(type)) return
    const size = pageSize === undefined ? undefined : (numberOf(node, pageSize.argument, variables) ?? pageSize.usual)
    visitSet(node.selectionSet, type, { depth: depth + 1, times: objects, page: size })
  }
}

/** Adds up what a query asks for; each throws the error of the limit that is passed. */
function makeSums(limits: QueryLimits) {
  let [cost, aliases, visits] = [0, 0, 0]
  return {
    visit(node: SelectionNode): void {
      if (++visits > mostVisits) throw tooCostly(limits)
      if (node.kind === Kind.FIELD && node.alias !== undefined && ++aliases > limits.aliases) {
        throw refusal('graph.too_many_aliases', `A query has at most ${limits.aliases} aliases.`)
      }
    },
    spend(more: number): void {
      cost += more
      if (cost > limits.cost) throw tooCostly(limits)
    },
  }
}

interface Place {
  readonly depth: number
  /** How often the object may appear. */
  readonly times: number
  /** The most `items` of the object, which is a page. */
  readonly page: number | undefined
}

function listIn(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type)
}

function numberOf(node: FieldNode, argument: string, variables: Measured['variables']): number | undefined {
  const value = node.arguments?.find(({ name }) => name.value === argument)?.value
  const given =
    value?.kind === Kind.INT
      ? Number(value.value)
      : value?.kind === Kind.VARIABLE
        ? variables[value.name.value]
        : undefined
  return typeof given === 'number' && given > 0 ? given : undefined
}

function tooCostly({ cost }: QueryLimits): AppError {
  const detail = `The query may return too much: its cost is more than ${cost}. Ask for smaller pages or fewer relations.`
  return refusal('graph.too_costly', detail)
}

function refusal(code: keyof typeof gatewayErrors, detail: string): AppError {
  return catalogueError(gatewayErrors, code, detail)
}

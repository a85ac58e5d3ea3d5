import type { Service } from '@stoa/contract'
import { isAppError } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import {
  execute,
  getOperationAST,
  GraphQLError,
  Kind,
  MaxIntrospectionDepthRule,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { QueryContext } from './field-extensions.ts'
import { sentError } from './graph-errors.ts'
import {
  BadGraphRequest,
  badRequest,
  executed,
  notExecuted,
  readParams,
  streamType,
  type GraphResponse,
} from './http-form.ts'
import { makeSchema } from './make-schema.ts'
import { persistedHash, persistedQueries, type PersistedQueries } from './persisted-queries.ts'
import { checkQuery } from './query-limits.ts'

interface HandlerOptions {
  readonly services: readonly Service[]
  readonly isIntrospected: boolean
  readonly logger: Logger
}

/** A request for the graph: the parts that GraphQL over HTTP knows, and what its resolvers use. */
export interface GraphCall {
  readonly method: string
  readonly search: string
  readonly body: string
  /** The media type of the response. */
  readonly mediaType: string
  readonly context: QueryContext
  readonly signal: AbortSignal
}

/** The results of a subscription, one after the other. */
export interface GraphResults {
  readonly results: AsyncGenerator<ExecutionResult, void, void>
}

/** The graph of a system. */
export interface GraphHandler {
  /** Answers the query of a client (GraphQL over HTTP). */
  readonly answer: (call: GraphCall) => Promise<GraphResponse | GraphResults>
  /** Executes a query of the gateway itself. */
  readonly run: (query: OwnQuery) => Promise<ExecutionResult>
}

/** A query that a contract declares; its result has the errors with their causes. */
export interface OwnQuery {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: QueryContext
  readonly signal: AbortSignal
}

const mostTokens = 2_000
const mostErrors = 20

/** Makes the handler of a system: what is written in the queries, their limits, and their execution; and what is sent of errors. */
export function graphHandler({ services, isIntrospected, logger }: HandlerOptions): GraphHandler {
  const schema = makeSchema(services)
  const persisted = persistedQueries()
  const { sent, sentResults } = sender(logger)
  const rules = [
    ...specifiedRules,
    MaxIntrospectionDepthRule,
    ...(isIntrospected ? [] : [NoSchemaIntrospectionCustomRule]),
  ]

  function validDocument(query: string): DocumentNode {
    const document = parse(query, { maxLexicalTokens: mostTokens })
    const errors = validate(schema, document, rules, { maxErrors: mostErrors, hideSuggestions: !isIntrospected })
    if (errors.length > 0) throw new InvalidQuery(errors)
    return document
  }

  function prepare({ method, search, body, mediaType }: GraphCall): Prepared {
    const { query: given, operationName, variables, extensions } = readParams(method, search, body)
    const hash = persistedHash(extensions)
    const query = textOf(given, hash, persisted)
    const document = validDocument(query)
    const operation = getOperationAST(document, operationName)
    if (operation === undefined || operation === null)
      throw new GraphQLError('The request does not name one operation of its document.')
    checkForm(operation.operation, mediaType)
    checkQuery({ schema, document, operation, variables: withDefaults(operation, variables) })
    if (hash !== undefined) persisted.keep(hash, query)
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION
    return { isSubscription, args: { schema, document, operationName, variableValues: variables } }
  }

  async function run(call: GraphCall): Promise<ExecutionResult | GraphResults> {
    const { isSubscription, args } = prepare(call)
    const whole = { ...args, contextValue: call.context, abortSignal: call.signal }
    if (!isSubscription) return sent(await resultOf(whole))
    const result = await subscribe(whole)
    return 'next' in result ? { results: sentResults(result) } : sent(result)
  }

  async function runOwn({ query, variables, context, signal }: OwnQuery): Promise<ExecutionResult> {
    const document = validDocument(query)
    return resultOf({ schema, document, variableValues: variables, contextValue: context, abortSignal: signal })
  }

  async function answer(call: GraphCall): Promise<GraphResponse | GraphResults> {
    const mediaType = call.mediaType === streamType ? 'application/json' : call.mediaType
    try {
      const result = await run(call)
      if ('results' in result) return result
      // without data nothing was executed: a variable has a wrong value
      return 'data' in result ? executed(mediaType, result) : notExecuted(mediaType, result.errors ?? [])
    } catch (error) {
      if (error instanceof BadGraphRequest) return badRequest(mediaType, error)
      if (error instanceof InvalidQuery) return notExecuted(mediaType, error.errors)
      if (error instanceof GraphQLError || isAppError(error)) return notExecuted(mediaType, [sentError(error, logger)])
      throw error
    }
  }

  return { answer, run: runOwn }
}

/** Executes a query. Rejects with the reason of its signal, not with an error about it, when that is aborted. */
async function resultOf(args: ExecutionArgs): Promise<ExecutionResult> {
  try {
    return await execute(args)
  } catch (error) {
    args.abortSignal?.throwIfAborted()
    throw error
  }
}

/** Makes what is sent of results: their errors as clients see them. */
function sender(logger: Logger) {
  function sent(result: ExecutionResult): ExecutionResult {
    const errors = result.errors?.map((error) => sentError(error, logger))
    return errors === undefined ? result : { ...result, errors }
  }
  async function* sentResults(results: GraphResults['results']): GraphResults['results'] {
    for await (const result of results) yield sent(result)
  }
  return { sent, sentResults }
}

interface Prepared {
  readonly isSubscription: boolean
  readonly args: {
    readonly schema: GraphQLSchema
    readonly document: DocumentNode
    readonly operationName: string | undefined
    readonly variableValues: Readonly<Record<string, unknown>>
  }
}

/** Only a subscription is sent as a stream, and all else is not. */
function checkForm(kind: OperationTypeNode, mediaType: string): void {
  if (kind === OperationTypeNode.MUTATION) throw new GraphQLError('This endpoint executes no mutations.')
  if ((kind === OperationTypeNode.SUBSCRIPTION) === (mediaType === streamType)) return
  throw new GraphQLError(`A ${kind} is not sent as ${mediaType}: subscriptions are sent as ${streamType}.`)
}

class InvalidQuery extends Error {
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super('the query is not valid')
    this.errors = errors
  }
}

/** The text of a query: given, or kept under its hash. */
function textOf(given: string | undefined, hash: string | undefined, persisted: PersistedQueries): string {
  if (given === undefined && hash === undefined) throw new BadGraphRequest('The parameter query is missing.')
  if (given === undefined) return persisted.find(hash ?? '')
  if (hash !== undefined) persisted.check(hash, given)
  return given
}

/** The variables with their default values, as far as limits need them: page sizes. */
function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)] as const] : [],
  )
  return { ...Object.fromEntries(defaults), ...given }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyLimitOf, type Socket, type Stream } from '@stoa/contract'
import { runWithContext, streamAttribute, type Telemetry } from '@stoa/telemetry'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { answerError, tooLate } from './answer-error.ts'
import { batchedReadsPath, batchServer, MAX_BATCHED_READS_BYTES, type ServeBatch } from './batched-reads.ts'
import { checkMediaType, mediaTypeFor, parseBody } from './body.ts'
import { authorize, type Authenticate } from './caller.ts'
import { exchangeOf, type Exchange } from './exchange.ts'
import { deadlineFor, operationServer, preferenceOf } from './operations.ts'
import { makePathMatcher } from './path-matcher.ts'
import { refusalOf } from './refusals.ts'
import type { OperationParts } from './request-context.ts'
import { respond, type Outgoing, type Problems } from './respond.ts'
import type { OperationRoute } from './routes.ts'
import { socketServer } from './sockets/serve-socket.ts'
import { streamServer } from './streams.ts'
import { addUploads, isUploadRoute } from './upload-routes.ts'
import { urlOf } from './fastify-path.ts'

/** What the routes of a service are made from. */
export interface RouterParts {
  readonly parts: OperationParts
  readonly problems: Problems
  readonly authenticate: Authenticate
  readonly operations: ReadonlyMap<string, OperationRoute>
  readonly streams: readonly (readonly [Stream, unknown, name: string])[]
  readonly sockets: readonly (readonly [Socket, unknown, name: string])[]
  readonly telemetry: Telemetry
  readonly refuse: OperationRoute['refuse']
  readonly checkAnswers: boolean
}

/** Matches requests to operations and streams. Fastify reads bodies and finds routes; this package writes the responses. */
export interface Router {
  readonly route: (request: IncomingMessage, response: ServerResponse) => void
  readonly close: () => Promise<void>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly keepsRawBody?: boolean
  }
}

type Params = { readonly [name: string]: string }

/** Makes the router of a service. */
export async function createRouter(from: RouterParts): Promise<Router> {
  const { parts, problems } = from
  const onError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack()
    answerError(exchangeOf(request.raw), error, problems)
  }
  const app = fastify({
    logger: false,
    bodyLimit: parts.limits.bodyBytes,
    // Our response has more detail, and closes the connection.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2_048, querystringParser: () => ({}) },
    frameworkErrors: onError,
    // No schema is handed to fastify; without these it would load ajv and fast-json-stringify to compile none.
    schemaController: {
      compilersFactory: { buildValidator: () => compileNothing, buildSerializer: () => compileNothing },
    },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    [mediaTypeFor('POST'), mediaTypeFor('PATCH')],
    { parseAs: 'buffer' },
    (request, bytes, done) => {
      try {
        const body = parseBody(bytes as Buffer)
        if (request.routeOptions.config.keepsRawBody === true) exchangeOf(request.raw).rawBody = bytes as Buffer
        done(null, body)
      } catch (error) {
        done(error as Error)
      }
    },
  )
  app.setErrorHandler(onError)
  const findMethods = makePathMatcher([
    ...[...from.operations.values()].map(({ operation }) => operation),
    ...from.streams.map(([stream]) => stream),
    ...from.sockets.map(([socket]) => socket),
  ])
  app.setNotFoundHandler((request, reply) => {
    reply.hijack()
    answerUnmatched(exchangeOf(request.raw), findMethods, problems)
  })
  const routes = [...from.operations.values()]
  for (const route of routes) if (!isUploadRoute(route)) addOperation(app, route, from)
  addUploads(app, routes.filter(isUploadRoute), from)
  for (const [stream, handler] of from.streams) addStream(app, stream, handler, from)
  for (const [socket, handler, name] of from.sockets) addSocket(app, [name, socket], handler, from)
  const serveBatch = batchServer(parts, from.operations, problems, from.checkAnswers)
  if (serveBatch !== undefined) addBatches(app, serveBatch, from)
  await app.ready()
  return { route: (request, response) => app.routing(request, response), close: () => app.close() }
}

function compileNothing(): never {
  throw new Error('schemas are compiled by the operations, not by fastify')
}

function addOperation(
  app: FastifyInstance,
  route: OperationRoute,
  { parts, problems, authenticate, checkAnswers }: RouterParts,
): void {
  const { operation } = route
  const serve = operationServer(parts, route, checkAnswers)
  app.route({
    method: operation.method,
    url: urlOf(operation.path),
    bodyLimit: Math.min(parts.limits.bodyBytes, bodyLimitOf(operation)),
    config: { keepsRawBody: operation.rawBody },
    onRequest: async (request) => {
      const exchange = exchangeOf(request.raw)
      exchange.route = operation.path
      if (exchange.deadlineMs !== undefined && Date.now() >= exchange.deadlineMs) throw tooLate()
      await authorize(exchange, operation.permission, authenticate)
      const wrong = checkMediaType(operation.method, request.raw.headers)
      if (wrong !== undefined) throw wrong
    },
    handler: (request, reply) => {
      reply.hijack()
      const exchange = exchangeOf(request.raw)
      const preference = preferenceOf(exchange)
      const deadlineMs = deadlineFor(operation, exchange, preference, parts.limits.maxWaitSeconds)
      const operationRequest = { exchange, params: request.params as Params, body: request.body }
      const answer = runWithContext({ ...exchange.context, deadlineMs }, () =>
        serve(operationRequest, deadlineMs, preference),
      )
      void answerInTime(exchange, answer, deadlineMs, problems)
    },
  })
}

const batchTimeoutMs = 5_000

/** Adds the route for several reads at once: who asks is found out once, and what they may is checked for each read. */
function addBatches(app: FastifyInstance, serve: ServeBatch, { parts, problems, authenticate }: RouterParts): void {
  app.route({
    method: 'POST',
    url: batchedReadsPath,
    bodyLimit: Math.min(parts.limits.bodyBytes, MAX_BATCHED_READS_BYTES),
    onRequest: async (request) => {
      const exchange = exchangeOf(request.raw)
      exchange.route = batchedReadsPath
      if (exchange.deadlineMs !== undefined && Date.now() >= exchange.deadlineMs) throw tooLate()
      await authorize(exchange, 'public', authenticate)
      const wrong = checkMediaType('POST', request.raw.headers)
      if (wrong !== undefined) throw wrong
    },
    handler: (request, reply) => {
      reply.hijack()
      const exchange = exchangeOf(request.raw)
      const deadlineMs = Math.min(exchange.deadlineMs ?? Infinity, Date.now() + batchTimeoutMs)
      const answer = runWithContext({ ...exchange.context, deadlineMs }, () =>
        serve(exchange, request.body, deadlineMs),
      )
      void answerInTime(exchange, answer, deadlineMs, problems)
    },
  })
}

function addStream(app: FastifyInstance, stream: Stream, handler: unknown, from: RouterParts): void {
  if (typeof handler !== 'function') throw new TypeError(`the stream ${stream.path} has no handler`)
  const serve = streamServer(from.parts, stream, handler as Parameters<typeof streamServer>[2], from.refuse)
  addOpen(app, stream, serve, from)
}

function addSocket(
  app: FastifyInstance,
  [name, socket]: readonly [string, Socket],
  handler: unknown,
  from: RouterParts,
): void {
  if (typeof handler !== 'function') throw new TypeError(`the socket ${socket.path} has no handler`)
  addOpen(app, socket, socketServer(from, name, socket, handler as Parameters<typeof socketServer>[3]), from)
}

type ServeOpen = (exchange: Exchange, params: Params) => Promise<void>

/** Adds a route whose connection stays open. */
function addOpen(app: FastifyInstance, route: Stream | Socket, serve: ServeOpen, from: RouterParts): void {
  app.route({
    method: 'GET',
    exposeHeadRoute: false,
    url: urlOf(route.path),
    onRequest: async (request) => {
      const exchange = exchangeOf(request.raw)
      exchange.route = route.path
      exchange.span.setAttribute(streamAttribute, true)
      await authorize(exchange, route.permission, from.authenticate)
    },
    handler: (request, reply) => {
      reply.hijack()
      const exchange = exchangeOf(request.raw)
      serve(exchange, request.params as Params).catch((error: unknown) => answerError(exchange, error, from.problems))
    },
  })
}

/** Resolves with the response or the deadline, whichever comes first. */
async function answerInTime(
  exchange: Exchange,
  answer: Promise<Outgoing>,
  deadlineMs: number,
  problems: Problems,
): Promise<void> {
  const timer = setTimeout(
    () => {
      const error = tooLate()
      exchange.abort(error)
      problems.respond(exchange, error)
    },
    Math.max(0, deadlineMs - Date.now()),
  )
  try {
    respond(exchange, await answer)
  } catch (error) {
    answerError(exchange, error, problems)
  } finally {
    clearTimeout(timer)
  }
}

function answerUnmatched(exchange: Exchange, findMethods: (path: string) => string[], problems: Problems): void {
  const methods = findMethods(exchange.path)
  if (methods.length === 0)
    return problems.respond(exchange, refusalOf('request.path_unknown', 'There is no endpoint at this path.'))
  const detail = `This path supports only ${methods.join(', ')}.`
  problems.respond(exchange, refusalOf('request.method_not_allowed', detail), { allow: methods.join(', ') })
}

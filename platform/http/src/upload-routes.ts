import type { Upload } from '@stoa/contract'
import { runWithContext } from '@stoa/telemetry'
import type { FastifyInstance } from 'fastify'
import { answerError, tooLate } from './answer-error.ts'
import { authorize } from './caller.ts'
import { exchangeOf, type Exchange } from './exchange.ts'
import { urlOf } from './fastify-path.ts'
import { operationServer, preferenceOf, type ServeOperation } from './operations.ts'
import { respond } from './respond.ts'
import type { OperationRoute } from './routes.ts'
import type { RouterParts } from './router.ts'
import { declaredUpload, isUpload, receiveUpload } from './uploads.ts'

/** The route of an operation whose body is streamed into a blob. */
export interface UploadRoute extends OperationRoute {
  readonly operation: Upload
}

/** Whether a route takes uploads. */
export function isUploadRoute(route: OperationRoute): route is UploadRoute {
  return isUpload(route.operation)
}

/** Adds the routes of uploads, in a scope of their own, where fastify leaves every body unread. */
export function addUploads(app: FastifyInstance, routes: readonly UploadRoute[], from: RouterParts): void {
  if (routes.length === 0) return
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _body, done) => done(null))
    for (const route of routes) addUpload(scope, route, from)
  })
}

function addUpload(scope: FastifyInstance, route: UploadRoute, from: RouterParts): void {
  const { operation } = route
  const serve = operationServer(from.parts, route, from.checkAnswers)
  scope.route({
    method: operation.method,
    url: urlOf(operation.path),
    errorHandler: (error, request, reply) => {
      reply.hijack()
      answerError(exchangeOf(request.raw), error, from.problems, operation.upload.mediaTypes)
    },
    onRequest: async (request) => {
      const exchange = exchangeOf(request.raw)
      exchange.route = operation.path
      await authorize(exchange, operation.permission, from.authenticate)
      declaredUpload(request.raw, operation)
    },
    handler: (request, reply) => {
      reply.hijack()
      const params = request.params as { readonly [name: string]: string }
      void answerUpload({ exchange: exchangeOf(request.raw), params, route, serve }, from)
    },
  })
}

interface UploadRequest {
  readonly exchange: Exchange
  readonly params: { readonly [name: string]: string }
  readonly route: UploadRoute
  readonly serve: ServeOperation
}

/** The time of the operation starts when the body has arrived. */
async function answerUpload(
  { exchange, params, route: { operation }, serve }: UploadRequest,
  { parts, problems }: RouterParts,
): Promise<void> {
  const { blobs } = parts
  let timer: ReturnType<typeof setTimeout> | undefined
  const receive = async () => {
    if (blobs === undefined) throw new Error(`${operation.path} has no blobs`)
    const received = await receiveUpload(blobs, operation, exchange, declaredUpload(exchange.request, operation))
    timer = setTimeout(() => {
      exchange.abort(tooLate())
      problems.respond(exchange, tooLate())
    }, operation.timeoutMs)
    return received
  }
  try {
    const request = { exchange, params, body: undefined, receive }
    respond(exchange, await runWithContext(exchange.context, () => serve(request, Infinity, preferenceOf(exchange))))
  } catch (error) {
    answerError(exchange, error, problems, operation.upload.mediaTypes)
  } finally {
    clearTimeout(timer)
  }
}

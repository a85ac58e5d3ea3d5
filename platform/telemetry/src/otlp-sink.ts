import { encodeSpans, scopeName } from './encode-otlp.ts'
import { makeOtlpPost, RefusedSpans } from './otlp-post.ts'
import { attributes as names } from './semantic-conventions.ts'
import type { SpanOrigin } from './span-store.ts'
import type { SpanSink } from './span-pipeline.ts'

interface OtlpSinkOptions extends SpanOrigin {
  /** The URL of the collector without a path, as in OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly environment: string
  readonly version: string
  /** Additional attributes of the resource; those of the platform take precedence. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

const batchesUnderWay = 8
// The first follows at once: the collector may have closed an idle connection just when a batch was sent.
const retryDelaysMs = [0, 1_000, 3_000]

/**
 * Sends spans to a collector by OTLP over HTTP. A batch that the collector could not take is sent again up to three times. If the
 * collector stays unavailable, spans are lost and memory stays bounded: beyond 8 batches in progress a write is rejected.
 */
export function makeOtlpSink(options: OtlpSinkOptions): SpanSink {
  const { endpoint, headers = {} } = options
  const resource = resourceOf(options)
  const post = makeOtlpPost(`${endpoint.replace(/\/+$/, '')}/v1/traces`, headers)
  const closing = Promise.withResolvers<void>()
  const underWay = new Set<Promise<void>>()
  let isClosing = false

  async function send(body: string): Promise<void> {
    for (const delayMs of retryDelaysMs) {
      try {
        return await post.send(body)
      } catch (error) {
        if (isClosing || (error instanceof RefusedSpans && !error.retryable)) throw error
        await waitFor(delayMs, closing.promise)
      }
    }
    return post.send(body)
  }

  return {
    async write(spans) {
      if (underWay.size >= batchesUnderWay) {
        throw new Error(`the collector at ${endpoint} is too slow: spans are dropped`)
      }
      const sending = send(encodeSpans(spans, resource))
      underWay.add(sending)
      await sending.finally(() => underWay.delete(sending))
    },
    // What was refused once is not sent again from here on, so that a process does not end later without its collector.
    async close() {
      isClosing = true
      closing.resolve()
      await Promise.allSettled(underWay)
      post.close()
    },
  }
}

function resourceOf(options: OtlpSinkOptions): Record<string, string> {
  return {
    ...options.attributes,
    [names.telemetrySdkName]: scopeName,
    [names.telemetrySdkLanguage]: 'nodejs',
    [names.telemetrySdkVersion]: options.version,
    [names.serviceName]: options.service,
    [names.serviceVersion]: options.version,
    [names.serviceInstanceId]: options.instance,
    [names.deploymentEnvironmentName]: options.environment,
  }
}

async function waitFor(delayMs: number, orUntil: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, delayMs).unref()
  await Promise.race([promise, orUntil])
  clearTimeout(timer)
}

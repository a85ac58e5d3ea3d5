import { scopeName } from './encode-otlp.ts'
import { makeOtlpPost, RefusedBatch } from './otlp-post.ts'
import { ItemsDropped, type Sink } from './pipeline.ts'
import { attributes as names } from './semantic-conventions.ts'
import type { Attributes } from './span.ts'
import type { SpanOrigin } from './span-store.ts'

/** What is sent: its path at the collector, its name in messages, and its encoding. */
export interface OtlpSignal<Item> {
  readonly path: string
  readonly what: string
  readonly encode: (items: readonly Item[], resource: Attributes) => string
}

/** The options of a sink for a collector. */
export interface OtlpSinkOptions extends SpanOrigin {
  /** The URL of the collector without a path, as in OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly environment: string
  readonly version: string
  /** Additional attributes of the resource; those of the platform take precedence. */
  readonly attributes?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

const batchesUnderWay = 8
/** Half of what collectors accept by default: a batch of large items, such as errors with their stacks, is sent in parts. */
const maxBodyBytes = 2 * 1_048_576
// The first follows at once: the collector may have closed an idle connection just when a batch was sent.
const retryDelaysMs = [0, 1_000, 3_000]

/** Items that a collector did not take. */
interface Refused {
  readonly count: number
  readonly error: unknown
}

/**
 * Sends spans or log records to a collector by OTLP over HTTP. A batch that the collector could not take is sent again up to three
 * times, and one that is too large for it in halves, down to the item that is too large. If the collector stays unavailable, batches are lost and memory stays bounded: beyond 8 batches in progress a write is rejected.
 */
export function makeOtlpSink<Item>(signal: OtlpSignal<Item>, options: OtlpSinkOptions): Sink<Item> {
  const { endpoint, headers = {} } = options
  const resource = resourceOf(options)
  const post = makeOtlpPost(`${endpoint.replace(/\/+$/, '')}${signal.path}`, headers)
  const closing = Promise.withResolvers<void>()
  const underWay = new Set<Promise<unknown>>()
  let isClosing = false

  async function send(body: string): Promise<void> {
    for (const delayMs of retryDelaysMs) {
      try {
        return await post.send(body)
      } catch (error) {
        if (isClosing || (error instanceof RefusedBatch && !error.retryable)) throw error
        await waitFor(delayMs, closing.promise)
      }
    }
    return post.send(body)
  }

  async function sendHalves(items: readonly Item[]): Promise<Refused | undefined> {
    const middle = Math.ceil(items.length / 2)
    const first = await sendItems(items.slice(0, middle))
    const second = await sendItems(items.slice(middle))
    if (first === undefined || second === undefined) return first ?? second
    return { count: first.count + second.count, error: first.error }
  }

  async function sendItems(items: readonly Item[]): Promise<Refused | undefined> {
    const body = signal.encode(items, resource)
    if (items.length > 1 && Buffer.byteLength(body) > maxBodyBytes) return sendHalves(items)
    try {
      await send(body)
      return undefined
    } catch (error) {
      if (items.length > 1 && error instanceof RefusedBatch && error.isTooLarge) return sendHalves(items)
      return { count: items.length, error }
    }
  }

  return {
    async write(items) {
      if (underWay.size >= batchesUnderWay) {
        throw new Error(`the collector at ${endpoint} is too slow: ${signal.what} are dropped`)
      }
      const sending = sendItems(items)
      underWay.add(sending)
      const refused = await sending.finally(() => underWay.delete(sending))
      if (refused !== undefined) throw new ItemsDropped(refused.count, refused.error)
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

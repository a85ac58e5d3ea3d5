import type * as Library from '@platformatic/kafka'
import { UnknownTopic } from './errors.ts'
import type { KafkaSettings } from './settings.ts'

const connectTimeoutMs = 5_000
/** How long a broker may take to respond; the longest poll is shorter. */
export const requestTimeoutMs = 10_000
const metadataMaxAgeMs = 60_000

/** A topic as the cluster has it now. */
export interface ClusterTopic {
  readonly id: string
  /** The leader of each partition. */
  readonly leaders: readonly number[]
}

interface Apis {
  AddPartitionsToTxn: typeof Library.addPartitionsToTxnV5.api
  CreateTopics: typeof Library.createTopicsV7.api
  DeleteRecords: typeof Library.deleteRecordsV2.api
  EndTxn: typeof Library.endTxnV4.api
  Fetch: typeof Library.fetchV17.api
  FindCoordinator: typeof Library.findCoordinatorV6.api
  InitProducerId: typeof Library.initProducerIdV5.api
  ListOffsets: typeof Library.listOffsetsV9.api
  Produce: typeof Library.produceV11.api
}
type Request<Name extends keyof Apis> = Apis[Name] extends Library.API<infer Arguments, unknown> ? Arguments : never
type Response<Name extends keyof Apis> =
  Apis[Name] extends Library.API<never, infer Result> ? Exclude<Result, boolean> : never

/**
 * Sends requests of Kafka's protocol, one connection to each broker. The library encodes them and finds the version that both
 * sides know; what to send, and what to repeat, is decided here.
 */
export interface KafkaClient {
  /** Sends a request to a broker, by default to any. @throws the library's errors */
  readonly call: <Name extends keyof Apis>(
    name: Name,
    node: number | 'any',
    ...request: Request<Name>
  ) => Promise<Response<Name>>
  readonly topic: (name: string) => Promise<ClusterTopic>
  readonly clusterId: () => Promise<string>
  /** Rejects when no broker responds. */
  readonly ping: () => Promise<void>
  /** Runs requests to leaders; when they fail, the cluster is asked again for its brokers and leaders. */
  readonly refreshing: <T>(run: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

interface Opened {
  readonly library: typeof Library
  readonly base: Library.Base
}

/** Makes a client; the library is loaded, and a connection opened, with the first request. */
export function kafkaClient(settings: KafkaSettings, clientId: string): KafkaClient {
  let opening: Promise<Opened> | undefined
  let isClosed = false
  const opened = () => {
    if (isClosed) throw new Error('the connection to Kafka has been closed')
    return (opening ??= open(settings, clientId))
  }
  return {
    async call(name, node, ...request) {
      const { library, base } = await opened()
      const api = await promised<unknown>((done) => base[library.kGetApi](name, done))
      const broker = node === 'any' ? undefined : (await cluster(base)).brokers.get(node)
      if (node !== 'any' && broker === undefined) {
        base.clearMetadata()
        throw new Error(`Kafka has no broker ${node} now`)
      }
      const connection = await promised<unknown>((done) =>
        broker === undefined ? base[library.kGetBootstrapConnection](done) : base[library.kGetConnection](broker, done),
      )
      return promised((done) => (api as (...sent: unknown[]) => void)(connection, ...request, done))
    },
    async topic(name) {
      const { base } = await opened()
      const known = await base.metadata({ topics: [name], retries: 0 }).catch((error: unknown) => {
        // The library's error for it, which has the name of the topic in its text only.
        throw error instanceof Error && error.message.startsWith('Unknown topic')
          ? new UnknownTopic(name, error)
          : error
      })
      const found = known.topics.get(name)
      if (found === undefined) throw new UnknownTopic(name)
      return { id: found.id, leaders: found.partitions.map(({ leader }) => leader) }
    },
    clusterId: async () => (await cluster((await opened()).base)).id,
    async ping() {
      const { base } = await opened()
      await base.metadata({ topics: [], retries: 0, forceUpdate: true })
    },
    async refreshing(run) {
      try {
        return await run()
      } catch (error) {
        await opening?.then(({ base }) => base.clearMetadata())
        throw error
      }
    },
    async close() {
      isClosed = true
      const last = await opening?.catch(() => undefined)
      await last?.base.close()
    },
  }
}

function cluster(base: Library.Base): Promise<Library.ClusterMetadata> {
  return base.metadata({ topics: [], retries: 0 })
}

async function open({ brokers, tls, sasl }: KafkaSettings, clientId: string): Promise<Opened> {
  const library = await import('@platformatic/kafka')
  const base = new library.Base({
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    timeout: requestTimeoutMs,
    retries: 0,
    metadataMaxAge: metadataMaxAgeMs,
    ...(tls === true ? { tls: {}, tlsServerName: true } : {}),
    ...(sasl === undefined ? {} : { sasl }),
  })
  return { library, base }
}

function promised<T>(run: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  run((error, value) => (error ? reject(error) : resolve(value as T)))
  return promise
}

import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { AppError, platformError } from '@stoa/kernel'
import { circuitBreaker, type Evidence } from '@stoa/resilience'
import { blobLost } from '../blob-errors.ts'
import type * as Sdk from './sdk.ts'
import { placeOf, type BucketPlace } from './s3-url.ts'

/** Where objects are kept on a server that speaks the protocol of S3, and how it is reached. */
export interface S3Options {
  /** The server, the bucket, and what all keys begin with, such as `https://s3.eu-central-1.amazonaws.com/bucket/prefix`. */
  readonly url: string
  readonly region: string
  /** Whether the bucket is in the path of a request, and not in its host name. */
  readonly isPathStyle: boolean
  /** If omitted, the AWS SDK finds credentials: in its environment, of a service account or of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  /** How long one attempt may take until the response begins, without the time for a body. */
  readonly timeoutMs: number
}

/** Sends requests to one bucket. */
export interface Bucket extends BucketPlace {
  /** @throws AppError `blob.lost` if the object does not exist, `blob.unavailable` for anything else */
  readonly send: <T>(key: string, request: SendRequest<T>) => Promise<T>
  /** Sends a request also while the others are refused, because the server fails. @throws the error of the SDK */
  readonly probe: <T>(request: SendRequest<T>) => Promise<T>
}

type SendRequest<T> = (sdk: typeof Sdk, client: S3Client, timeoutMs: number) => Promise<T>

/** Time for the body of a part, on a slow line. */
export const bodyMs = 30_000
// A download whose client takes nothing is ended earlier by the server of the service.
const socketIdleMs = 90_000
const attempts = 3
const mostSockets = 256
const openMs = 5_000

/**
 * Opens a bucket. The SDK is loaded by the first request. Requests are sent up to three times; while the server fails, a breaker refuses
 * at once, so that requests do not pile up.
 */
export function openBucket(options: S3Options): Bucket {
  const place = placeOf(options.url)
  const breaker = circuitBreaker({ name: 's3', openMs, evidenceOf: evidenceOfFailure })
  let loaded: Promise<{ readonly sdk: typeof Sdk; readonly client: S3Client }> | undefined
  const load = async () => {
    const sdk = await import('./sdk.ts')
    return { sdk, client: new sdk.S3Client(clientConfig(options, place.endpoint)) }
  }
  const probe = async <T>(request: SendRequest<T>) => {
    loaded ??= load()
    const { sdk, client } = await loaded
    return request(sdk, client, options.timeoutMs)
  }
  return {
    ...place,
    probe,
    async send(key, request) {
      try {
        return await breaker.execute(() => probe(request))
      } catch (error) {
        throw errorOf(key, error)
      }
    },
  }
}

function clientConfig({ region, isPathStyle, credentials, timeoutMs }: S3Options, endpoint: string): S3ClientConfig {
  return {
    endpoint,
    region,
    forcePathStyle: isPathStyle,
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
    // a signature covers each body; not every server knows the further checksums
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: timeoutMs,
      socketTimeout: socketIdleMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: mostSockets },
      httpsAgent: { maxSockets: mostSockets },
    },
  }
}

interface ServiceError {
  readonly name: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** The status of an error response; undefined if there was no response. */
export function statusOf(error: unknown): number | undefined {
  return (error as ServiceError | undefined)?.$metadata?.httpStatusCode
}

function evidenceOfFailure(error: unknown): Evidence {
  const status = statusOf(error)
  if (status !== undefined) return status >= 500 ? 'failure' : 'answer'
  const { name } = error as Error
  return name === 'AbortError' ? 'none' : name === 'TimeoutError' ? 'timeout' : 'failure'
}

function errorOf(key: string, error: unknown): AppError {
  const { name } = error as ServiceError
  if (name === 'NoSuchKey' || name === 'NotFound') return blobLost(key, error)
  const retryAfterSeconds = error instanceof AppError ? error.retryAfterSeconds : undefined
  return platformError('blob.unavailable', 'The store of files cannot be reached.', {
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

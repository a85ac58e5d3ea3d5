import { Code, ConnectError } from '@connectrpc/connect'

/** Limits the memory of the bodies of all calls in progress. */
export interface BodyBudget {
  /** Opens the account of one call. */
  readonly open: () => BodyAccount
  readonly heldBytes: () => number
}

/** The bytes that the body of one call holds. */
export interface BodyAccount {
  /** @throws ConnectError RESOURCE_EXHAUSTED for a body over 4 MiB, UNAVAILABLE when all bodies together are too large */
  readonly add: (sizeBytes: number) => void
  /** Releases all bytes; may be called more than once. */
  readonly close: () => void
}

/** Largest message that is read; 4 MiB. */
export const readMaxBytes = 4 * 1024 * 1024

export function makeBodyBudget(limitBytes: number): BodyBudget {
  let allBytes = 0
  return {
    heldBytes: () => allBytes,
    open() {
      let ownBytes = 0
      return {
        add(sizeBytes) {
          if (ownBytes + sizeBytes > readMaxBytes) throw tooLarge()
          if (allBytes + sizeBytes > limitBytes) {
            throw new ConnectError(
              'The messages in progress need all of the memory set aside for them.',
              Code.Unavailable,
            )
          }
          ownBytes += sizeBytes
          allBytes += sizeBytes
        },
        close() {
          allBytes -= ownBytes
          ownBytes = 0
        },
      }
    },
  }
}

/** The budget of this process, which all its services share: 64 MiB. */
export const bodiesOfProcess = makeBodyBudget(64 * 1024 * 1024)

/** The refusal of a message over 4 MiB. */
export function tooLarge(): ConnectError {
  return new ConnectError('The message is larger than 4 MiB.', Code.ResourceExhausted)
}

/** @throws ConnectError RESOURCE_EXHAUSTED when the declared size is over the limit */
export function checkDeclaredSize(contentLength: string | undefined): void {
  if (contentLength !== undefined && Number(contentLength) > readMaxBytes) throw tooLarge()
}

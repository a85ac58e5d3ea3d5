import { platformError, type AppError } from '@stoa/kernel'

/** The refusal of a blob whose content is missing: the folder or the bucket has lost it. */
export function blobLost(key: string, cause?: unknown): AppError {
  return platformError('blob.lost', `The content of ${key} is missing in the store.`, { cause })
}

/** The refusal of an upload that took too long, or that was removed meanwhile. */
export function blobExpired(): AppError {
  return platformError('blob.expired', 'The upload has expired; send it again.')
}

/** The refusal of content that is longer or shorter than its sender has said; nothing of it is stored. */
export function blobIncomplete(receivedBytes: number, sizeBytes: number): AppError {
  return platformError('request.malformed', `The content has ${receivedBytes} bytes in place of ${sizeBytes}.`)
}

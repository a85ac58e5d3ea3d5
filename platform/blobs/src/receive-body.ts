import { createHash, type Hash } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { platformError } from '@stoa/kernel'
import { mayBe, signatureBytes } from './signatures.ts'

/** What the sender of a body has declared. */
export interface DeclaredBody {
  readonly mediaType: string
  readonly sizeBytes: number
}

/** The body on its way into the store. */
export interface ReceivedBody {
  readonly bytes: Readable
  /** The SHA-256 of what has passed. */
  readonly sha256: () => string
}

/**
 * Passes a body on while it is as declared. The stream fails with `request.content_mismatch` if it begins like another type, with
 * `request.malformed` if it is longer or shorter than declared, and with `request.stalled` after a silence of the sender.
 */
export function receiveBody(body: Readable, declared: DeclaredBody, idleMs: number): ReceivedBody {
  const hash = createHash('sha256')
  const check = checkBody(declared, hash)
  // a sender that waits for the store is not silent
  const onSilence = () => void (check.writableNeedDrain ? timer.refresh() : check.destroy(stalled(idleMs)))
  const timer = setTimeout(onSilence, idleMs)
  body.on('data', () => timer.refresh())
  body.once('end', () => clearTimeout(timer))
  body.once('error', (error) => check.destroy(brokenOff(error)))
  body.once('close', () => {
    if (!body.readableEnded) check.destroy(brokenOff())
  })
  // the reader of the stream has it too, or has left
  check.once('error', () => body.unpipe(check))
  check.once('close', () => {
    clearTimeout(timer)
    body.unpipe(check)
    // what is still sent: the next request of the connection comes after it, unless the server closes it
    body.resume()
  })
  body.pipe(check)
  return { bytes: check, sha256: () => hash.digest('hex') }
}

function checkBody({ mediaType, sizeBytes }: DeclaredBody, hash: Hash): Transform {
  let received = 0
  let start: Buffer | undefined = Buffer.alloc(0)
  const refusal = () => {
    if (start === undefined || mayBe(mediaType, start)) return null
    return platformError('request.content_mismatch', `The content is not ${mediaType}.`)
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      hash.update(chunk)
      if (received > sizeBytes) return done(brokenOff())
      if (start === undefined) return done(null, chunk)
      start = Buffer.concat([start, chunk])
      if (start.length < signatureBytes && received < sizeBytes) return done()
      const refused = refusal()
      if (refused !== null) return done(refused)
      const held = start
      start = undefined
      done(null, held)
    },
    flush(done) {
      done(received === sizeBytes ? refusal() : brokenOff())
    },
  })
}

function brokenOff(cause?: unknown): Error {
  return platformError('request.malformed', 'The body is incomplete.', { cause })
}

function stalled(idleMs: number): Error {
  return platformError('request.stalled', `No more of the body has arrived for ${idleMs / 1_000} seconds.`)
}

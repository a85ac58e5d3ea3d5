import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '@stoa/kernel'

/** What one hash costs: memory in KiB, passes over it, lanes (RFC 9106). */
export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

/** Hashes and checks passwords off the event loop. */
export interface Passwords {
  /** Hashes a password with a fresh salt; answers a PHC string (`$argon2id$v=19$m=…`). */
  readonly hashPassword: (password: string) => Promise<string>
  /**
   * Whether the password is the one that was hashed. Without a hash (no such account) it computes as long and answers
   * false, so that the time tells nothing.
   */
  readonly verifyPassword: (password: string, stored: string | undefined) => Promise<boolean>
  /** Whether a stored hash was made at another cost than today's, and should be made anew at the next sign-in. */
  readonly needsRehash: (stored: string) => boolean
}

interface PasswordSettings {
  /** OWASP's second choice for argon2id when not said: 19 MiB, 2 passes, 1 lane. */
  readonly cost?: PasswordCost
  /** How many hashes are computed at once; each holds its memory and a thread of libuv's four. */
  readonly maxConcurrent?: number
  /** How many wait; one more is refused as `service.unavailable`. */
  readonly maxWaiting?: number
}

const OWASP_COST: PasswordCost = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32

/**
 * Makes the hasher of a service: argon2id (RFC 9106) with a bounded number at once, so that a flood of sign-ins can
 * exhaust neither memory nor threads. Throws AppError `service.unavailable` when too many wait.
 */
export function createPasswords(settings: PasswordSettings = {}): Passwords {
  const cost = settings.cost ?? OWASP_COST
  const inTurn = boundedQueue(settings.maxConcurrent ?? 2, settings.maxWaiting ?? 256)
  const dummy = { cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) }

  return {
    hashPassword: async (password) => {
      const salt = randomBytes(SALT_BYTES)
      return toPhc({ cost, salt, tag: await inTurn(() => compute(password, salt, cost, TAG_BYTES)) })
    },
    verifyPassword: async (password, stored) => {
      const known = stored === undefined ? undefined : parsePhc(stored)
      const hashed = known ?? dummy
      const tag = await inTurn(() => compute(password, hashed.salt, hashed.cost, hashed.tag.length))
      return timingSafeEqual(tag, hashed.tag) && known !== undefined
    },
    needsRehash: (stored) => {
      const known = parsePhc(stored)?.cost
      return (
        known === undefined ||
        known.memoryKib !== cost.memoryKib ||
        known.passes !== cost.passes ||
        known.parallelism !== cost.parallelism
      )
    },
  }
}

interface Hashed {
  readonly cost: PasswordCost
  readonly salt: Buffer
  readonly tag: Buffer
}

function compute(password: string, salt: Buffer, cost: PasswordCost, tagLength: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // the same password typed on two keyboards may come composed or decomposed
  const message = Buffer.from(password.normalize('NFKC'))
  const parameters = {
    message,
    nonce: salt,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.parallelism,
    tagLength,
  }
  argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)))
  return promise
}

function toPhc({ cost, salt, tag }: Hashed): string {
  const parameters = `m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}`
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

function parsePhc(stored: string): Hashed | undefined {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(stored) ?? []
  if (salt === undefined || tag === undefined) return undefined
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

function boundedQueue(maxConcurrent: number, maxWaiting: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running < maxConcurrent) {
      running += 1
    } else {
      if (waiting.length >= maxWaiting) {
        throw new AppError('unavailable', 'service.unavailable', 'Too many sign-ins at once; try again.', {
          retryAfterSeconds: 1,
        })
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      await promise
    }
    try {
      return await work()
    } finally {
      // the place is handed on, so that nobody slips in between
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

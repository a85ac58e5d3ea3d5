import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { platformError } from '@stoa/kernel'

/** What one hash costs: memory in KiB, passes over it, lanes (RFC 9106). */
export interface PasswordCost {
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
}

/** Hashes and checks passwords off the event loop. */
export interface Passwords {
  /** Hashes a password with a new salt; returns a PHC string (`$argon2id$v=19$m=…`). */
  readonly hashPassword: (password: string) => Promise<string>
  /**
   * Returns whether the password matches the hash. Without a hash (no such account) it takes the same time and returns false,
   * so that the timing discloses nothing.
   */
  readonly verifyPassword: (password: string, stored: string | undefined) => Promise<boolean>
  /** Returns whether a stored hash has an outdated cost and should be replaced at the next sign-in. */
  readonly needsRehash: (stored: string) => boolean
}

interface PasswordSettings {
  /** By default OWASP's second choice for argon2id: 19 MiB, 2 passes, 1 lane. */
  readonly cost?: PasswordCost
  /** Maximum number of concurrent hashes; each uses its memory and one of the four libuv threads. */
  readonly maxConcurrent?: number
  /** How many wait; one more is refused as `service.unavailable`. */
  readonly maxWaiting?: number
}

const OWASP_COST: PasswordCost = { memoryKib: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32

/**
 * Makes the hasher of a service: argon2id (RFC 9106) with limited concurrency, so that many sign-ins cannot exhaust memory or threads. Throws
 * AppError `service.unavailable` if too many callers are waiting.
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
        throw platformError('service.unavailable', 'Too many concurrent sign-ins; retry later.', {
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
      // the slot is handed over directly, so that no other caller can take it
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

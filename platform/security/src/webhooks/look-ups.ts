import { isIP } from 'node:net'

/** An address of a host, as `lookupOf` takes it. */
export interface FoundAddress {
  readonly address: string
  readonly family: number
}

type LookUp = (host: string) => Promise<FoundAddress[]>

/**
 * Limits the look-ups at once: others wait, and one that was given up meanwhile is not made. An address waits for none, as it is
 * not looked up.
 */
export function lookUpsInTurn(
  lookUp: LookUp,
  most: number,
): (host: string, signal?: AbortSignal) => Promise<FoundAddress[]> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (host, signal) => {
    if (isIP(host) !== 0) return lookUp(host)
    if (running < most) running += 1
    else await new Promise<void>((resolve) => void waiting.push(resolve))
    try {
      signal?.throwIfAborted()
      return await lookUp(host)
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

import { platformError } from '@stoa/kernel'

/** Memory that several writers share. */
export interface ByteBudget {
  /** Takes bytes, as soon as there are enough; returns what gives them back. @throws AppError `service.saturated` after the time */
  readonly take: (bytes: number) => Promise<() => void>
}

interface Waiter {
  readonly bytes: number
  readonly admit: () => void
}

/** Makes a budget, given out first come, first served; a wait ends after `waitMs`. */
export function byteBudget(totalBytes: number, waitMs: number): ByteBudget {
  let left = totalBytes
  const line = new Set<Waiter>()
  const giveBack = (bytes: number) => {
    left += bytes
    for (const waiter of line) {
      if (waiter.bytes > left) return
      line.delete(waiter)
      left -= waiter.bytes
      waiter.admit()
    }
  }
  const releaseOnce = (bytes: number) => {
    let isHeld = true
    return () => {
      if (isHeld) giveBack(bytes)
      isHeld = false
    }
  }
  return {
    async take(wanted) {
      const bytes = Math.min(wanted, totalBytes)
      if (line.size === 0 && bytes <= left) {
        left -= bytes
        return releaseOnce(bytes)
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const waiter = { bytes, admit: resolve }
      const timer = setTimeout(() => {
        line.delete(waiter)
        reject(platformError('service.saturated', 'Too many uploads are on their way to the store.'))
        giveBack(0)
      }, waitMs)
      line.add(waiter)
      await promise.finally(() => clearTimeout(timer))
      return releaseOnce(bytes)
    },
  }
}

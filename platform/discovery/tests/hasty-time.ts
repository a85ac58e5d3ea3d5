import { systemTime, type Time } from '@stoa/resilience'

/** Time in which every timer fires after a moment; says how long each was meant to take. */
export function hastyTime(): Time & { readonly delaysMs: number[] } {
  const delaysMs: number[] = []
  return {
    ...systemTime,
    delaysMs,
    setTimer: (callback, delayMs) => {
      delaysMs.push(delayMs)
      return systemTime.setTimer(callback, 1)
    },
  }
}

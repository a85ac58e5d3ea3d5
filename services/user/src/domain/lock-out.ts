/** How many wrong passwords lock what, and for how long. */
export const lockOut = {
  windowMinutes: 15,
  fromRange: { failures: 5, minutes: 15 },
  // as long as the link that ends it sooner is good for
  fromAnywhere: { failures: 20, minutes: 24 * 60 },
} as const

/** Wrong passwords for one account in the window. */
export interface Failures {
  readonly fromRange: number
  readonly fromAnywhere: number
}

/** What one more wrong password locks. */
export function locksAfter(failures: Failures): { readonly range: boolean; readonly account: boolean } {
  return {
    range: failures.fromRange + 1 >= lockOut.fromRange.failures,
    account: failures.fromAnywhere + 1 >= lockOut.fromAnywhere.failures,
  }
}

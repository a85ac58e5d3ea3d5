/** The value, if it is a whole number of at least `least`; throws RangeError naming the setting otherwise. */
export function wholeNumber(setting: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${setting} must be a whole number of at least ${least}, got ${value}`)
}

/** The value, if it is a finite number above zero; throws RangeError naming the setting otherwise. */
export function positive(setting: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new RangeError(`${setting} must be a number above 0, got ${value}`)
}

/** The value, if it is between 0 and 1; throws RangeError naming the setting otherwise. */
export function share(setting: string, value: number): number {
  if (value >= 0 && value <= 1) return value
  throw new RangeError(`${setting} must be between 0 and 1, got ${value}`)
}

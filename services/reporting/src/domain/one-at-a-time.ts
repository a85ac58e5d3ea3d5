/** Runs work one after the other, in the order in which it was given. */
export type OneAtATime = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Makes a queue of its own. */
export function makeOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}

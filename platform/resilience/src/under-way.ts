/** The keys in progress in this process: another request with such a key waits here without holding resources. */
export interface UnderWay {
  /**
   * Enters as the only one of this key. While another is in, waits for it to leave and then asks `findEnded`, if given;
   * what that finds is handed back instead. Rejects with `tooLate()` when the other has not left by `untilMs`
   * (performance.now()).
   */
  readonly enter: <Ended = never>(
    name: string,
    untilMs: number,
    findEnded?: () => Promise<Ended | undefined>,
  ) => Promise<Entered | { readonly kind: 'ended'; readonly ended: Ended }>
  readonly tooLate: () => Error
}

/** Every caller that has entered leaves exactly once. */
export interface Entered {
  readonly kind: 'in'
  readonly leave: () => void
}

/** Makes the register of one process; `tooLate` makes the refusal of what has waited long enough. */
export function makeUnderWay(tooLate: () => Error): UnderWay {
  const underWay = new Map<string, Promise<void>>()

  const enter: UnderWay['enter'] = async (name, untilMs, findEnded) => {
    for (let other = underWay.get(name); other !== undefined; other = underWay.get(name)) {
      await waitFor(other, untilMs, tooLate)
      const ended = await findEnded?.()
      if (ended !== undefined) return { kind: 'ended', ended }
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    underWay.set(name, promise)
    const leave = () => {
      underWay.delete(name)
      resolve()
    }
    return { kind: 'in', leave }
  }
  return { enter, tooLate }
}

async function waitFor(other: Promise<void>, untilMs: number, tooLate: () => Error): Promise<void> {
  const remainingMs = untilMs - performance.now()
  if (remainingMs <= 0) throw tooLate()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), remainingMs)
  })
  await Promise.race([other, late]).finally(() => clearTimeout(timer))
}

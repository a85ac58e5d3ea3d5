/** One read of a service: an operation by its name in the contract, with parameters as text. */
export interface Read {
  readonly service: string
  readonly operation: string
  readonly params: Readonly<Record<string, string>>
  /** The query without its question mark. */
  readonly search: string
}

/** Resolves with the body of the response. Rejects with the problem of the service, or the reason why there is no response. */
export type LoadRead = (read: Read) => Promise<unknown>

/** The outcome of one read. */
export type ReadOutcome = { readonly body: unknown } | { readonly error: unknown }

/** Sends the reads of one service; resolves with an outcome for each, in their order, and never rejects. */
export type SendReads = (service: string, reads: readonly Read[]) => Promise<readonly ReadOutcome[]>

interface Waiting {
  readonly read: Read
  readonly resolve: (body: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects the reads of one query in waves: all that are known go out at once, one call to each service, and those that follow from
 * their results in the next wave. So a query makes at most one call per service and level. Equal reads are one.
 */
export function readWaves(send: SendReads): LoadRead {
  const known = new Map<string, Promise<unknown>>()
  let waiting: Waiting[] = []
  let isBusy = false

  function schedule(): void {
    if (isBusy) return
    isBusy = true
    // after all resolvers that can run now have run
    setImmediate(() => void dispatch())
  }

  async function dispatch(): Promise<void> {
    const wave = waiting
    waiting = []
    const services = [...Map.groupBy(wave, ({ read }) => read.service)]
    const outcomes = await Promise.all(
      services.map(([service, reads]) =>
        send(
          service,
          reads.map(({ read }) => read),
        ),
      ),
    )
    isBusy = false
    // the query is at its end, or the next event of a subscription is read anew
    setImmediate(() => {
      if (!isBusy) known.clear()
    })
    // at the end of the wave, so that what follows from its reads is one wave too
    for (const [place, [service, reads]] of services.entries()) {
      for (const [index, { resolve, reject }] of reads.entries()) {
        const outcome = outcomes[place]?.[index] ?? { error: new Error(`${service} did not answer a read`) }
        if ('body' in outcome) resolve(outcome.body)
        else reject(outcome.error)
      }
    }
  }

  return (read) => {
    const key = JSON.stringify([read.service, read.operation, read.params, read.search])
    const same = known.get(key)
    if (same !== undefined) return same
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    known.set(key, promise)
    waiting.push({ read, resolve, reject })
    schedule()
    return promise
  }
}

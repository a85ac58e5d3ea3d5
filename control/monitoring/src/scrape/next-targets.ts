/** An instance whose metrics are read. */
export interface Target {
  readonly job: string
  /** `host:port` */
  readonly instance: string
  readonly url: string
  /** Whether the registry found it ready; undefined where no one asks. */
  readonly isReady: boolean | undefined
}

/** A target of the last round. */
export interface PreviousTarget extends Target {
  readonly isUp: boolean
}

/** Of instances that are no longer registered, over all services. */
const mostMissing = 200

/**
 * The targets of a round: what is registered, and what died without leaving the registry, until as many other instances of its service respond as
 * did before. An instance that left while it responded was stopped on purpose.
 */
export function nextTargets(registered: readonly Target[], previous: readonly PreviousTarget[]): Target[] {
  const known = new Set(registered.map(keyOf))
  const missing = previous.filter((target) => !target.isUp && !known.has(keyOf(target)))
  const kept = missing.filter(({ job }) => {
    const before = previous.filter((target) => target.job === job).length
    return registered.filter((target) => target.job === job).length < before
  })
  return [...registered, ...kept.slice(0, mostMissing).map((target) => ({ ...target, isReady: undefined }))]
}

function keyOf({ job, instance }: Target): string {
  return `${job} ${instance}`
}

/** An instance whose metrics are read. */
export interface Target {
  readonly job: string
  /** `host:port` */
  readonly instance: string
  readonly url: string
  /** Whether the registry found it ready; undefined where no one asks. */
  readonly isReady: boolean | undefined
  /** Since when the registry no longer lists it, in milliseconds since the epoch; undefined while it does. */
  readonly missingSinceMs?: number | undefined
}

/** A target of the last round. */
export interface PreviousTarget extends Target {
  readonly isUp: boolean
}

/** Of instances that are no longer registered, over all services. */
const mostMissing = 200

/**
 * The targets of a round: what is registered, and what left the registry while it did not respond, until as many other instances of its service are
 * registered as before, at most for `missingMs`: it may have been stopped on purpose while it hung. An instance that left while it responded was
 * stopped on purpose.
 */
export function nextTargets(
  registered: readonly Target[],
  previous: readonly PreviousTarget[],
  { nowMs, missingMs }: { readonly nowMs: number; readonly missingMs: number },
): Target[] {
  const known = new Set(registered.map(keyOf))
  const missing = previous.filter((target) => !target.isUp && !known.has(keyOf(target)))
  const kept = missing.filter(({ job, missingSinceMs = nowMs }) => {
    if (nowMs - missingSinceMs >= missingMs) return false
    const before = previous.filter((target) => target.job === job).length
    return registered.filter((target) => target.job === job).length < before
  })
  return [
    ...registered,
    ...kept
      .slice(0, mostMissing)
      .map(({ missingSinceMs = nowMs, ...target }) => ({ ...target, isReady: undefined, missingSinceMs })),
  ]
}

function keyOf({ job, instance }: Target): string {
  return `${job} ${instance}`
}

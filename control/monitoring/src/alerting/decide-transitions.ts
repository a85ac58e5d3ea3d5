import type { FoundAlert } from './find-alerts.ts'

/** An alert that is stored as pending or firing. */
export interface ActiveAlert {
  readonly id: string
  readonly fingerprint: string
  readonly name: string
  readonly state: 'pending' | 'firing'
  readonly activeAtMs: number
  readonly value: number
}

/** What changes about the alerts that are stored. */
export interface Transitions {
  /** Conditions that did not hold before; `isFiring` if they need not hold for any time. */
  readonly begun: readonly { readonly alert: FoundAlert; readonly isFiring: boolean }[]
  /** Pending alerts whose condition has held for long enough. */
  readonly fired: readonly { readonly id: string; readonly value: number }[]
  /** Firing alerts whose condition holds no longer. */
  readonly resolved: readonly string[]
  /** Pending alerts whose condition holds no longer: they never fired. */
  readonly ended: readonly string[]
  /** Alerts that stay as they are, with another value. */
  readonly changed: readonly { readonly id: string; readonly value: number }[]
}

/** Decides what becomes of alerts. The alerts of a rule that could not be evaluated stay as they are. */
export function decideTransitions(
  active: readonly ActiveAlert[],
  found: readonly FoundAlert[],
  failed: ReadonlySet<string>,
  nowMs: number,
): Transitions {
  const known = new Map(active.map((alert) => [alert.fingerprint, alert]))
  const foundKeys = new Set(found.map(({ fingerprint }) => fingerprint))
  const over = active.filter(({ fingerprint, name }) => !foundKeys.has(fingerprint) && !failed.has(name))
  const staying = found.flatMap(({ fingerprint, rule, value }) => {
    const alert = known.get(fingerprint)
    if (alert === undefined) return []
    const fires = alert.state === 'pending' && nowMs - alert.activeAtMs >= rule.forMs
    return [{ id: alert.id, value, fires, isChanged: !Object.is(alert.value, value) }]
  })
  return {
    begun: found
      .filter(({ fingerprint }) => !known.has(fingerprint))
      .map((alert) => ({ alert, isFiring: alert.rule.forMs === 0 })),
    fired: staying.filter(({ fires }) => fires).map(({ id, value }) => ({ id, value })),
    resolved: over.filter(({ state }) => state === 'firing').map(({ id }) => id),
    ended: over.filter(({ state }) => state === 'pending').map(({ id }) => id),
    changed: staying.filter(({ fires, isChanged }) => !fires && isChanged).map(({ id, value }) => ({ id, value })),
  }
}

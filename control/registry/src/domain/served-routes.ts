/** A routes document of a service as it stands: how many instances have it, and why it goes beyond what was accepted. */
export interface StandingDocument {
  readonly digest: string
  readonly instances: number
  readonly reasons: readonly string[]
}

/**
 * Decides which document of a service is served: of two releases side by side the one that is served already, until its last instance
 * has left; and after the last instance of all, still the same. `documents` are in the order in which they came.
 */
export function servedAfter(served: string | undefined, documents: readonly StandingDocument[]): string | undefined {
  const acceptable = documents.filter(({ reasons }) => reasons.length === 0)
  const running = acceptable.filter(({ instances }) => instances > 0)
  const current = acceptable.find(({ digest }) => digest === served)
  if (current !== undefined && (current.instances > 0 || running.length === 0)) return current.digest
  return running[0]?.digest
}

/** What a client prefers (RFC 7240): to be answered at once, or to wait some seconds for the outcome. */
export interface Preference {
  /** Whole seconds; undefined if the client did not specify them. */
  readonly waitSeconds: number | undefined
  readonly isAsync: boolean
}

const none: Preference = { waitSeconds: undefined, isAsync: false }

/** Parses a `Prefer` header. Unknown preferences are ignored, as the RFC requires; the first of a name counts. */
export function parsePrefer(header: string | undefined): Preference {
  if (header === undefined) return none
  let waitSeconds: number | undefined
  let isAsync = false
  for (const part of header.split(/[,;]/)) {
    const preference = part.trim().toLowerCase()
    if (preference === 'respond-async') isAsync = true
    const seconds = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference)?.[1]
    if (seconds !== undefined) waitSeconds ??= Number(seconds)
  }
  return { waitSeconds, isAsync }
}

/** Returns how long a request waits for its outcome: the preference of the client, or the default of the operation, up to the limit. */
export function waitSecondsFor(preference: Preference, declaredSeconds: number, maxSeconds: number): number {
  const wanted = preference.waitSeconds ?? (preference.isAsync ? 0 : declaredSeconds)
  return Math.min(wanted, maxSeconds)
}

/** The `Preference-Applied` header of a request that waited, or preferred not to. */
export function preferenceApplied(preference: Preference, waitedSeconds: number): string | undefined {
  if (preference.waitSeconds !== undefined) return `wait=${waitedSeconds}`
  return preference.isAsync ? 'respond-async' : undefined
}

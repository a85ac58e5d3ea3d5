import type { FlagState } from './flag-state.ts'

/** What config sends a service: the rules of its flags, and the values of its reloadable settings. */
export interface Snapshot {
  readonly revision: number
  readonly flags: Readonly<Record<string, FlagState>>
  /** Missing from an older release of config. */
  readonly settings?: Readonly<Record<string, unknown>>
}

import type { FlagState } from './flag-state.ts'

/** What config sends a service: the rules of its flags. */
export interface Snapshot {
  readonly revision: number
  readonly flags: Readonly<Record<string, FlagState>>
}

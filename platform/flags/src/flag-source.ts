import type { FlagTypes } from '@stoa/contract'
import type { Clock } from '@stoa/kernel'
import { evaluate, type Evaluated, type EvaluationInput, type FlagState } from './evaluate.ts'

/** How often a flag returned a variant since the last report. */
export interface FlagUse {
  readonly key: string
  readonly variant: string
  readonly count: number
  readonly lastAt: string
}

/** The last known rules of the declared flags, and how often each was evaluated. */
export interface FlagSource {
  readonly replace: (states: Readonly<Record<string, FlagState>>) => void
  readonly evaluate: (key: string, input: EvaluationInput) => Evaluated
  /** Takes the counts since the last call. */
  readonly takeUses: () => readonly FlagUse[]
  /** Puts counts back that could not be reported. */
  readonly returnUses: (uses: readonly FlagUse[]) => void
}

/** Makes the source of the declared flags. Each flag has its default until `replace`, and only ever variants that the contract declares. */
export function flagSource(declared: FlagTypes, clock: Clock): FlagSource {
  let states: Readonly<Record<string, FlagState>> = {}
  const uses = new Map<string, FlagUse>()

  function note(use: FlagUse): void {
    const id = `${use.key}/${use.variant}`
    const known = uses.get(id)
    const lastAt = known !== undefined && known.lastAt > use.lastAt ? known.lastAt : use.lastAt
    uses.set(id, { ...use, lastAt, count: (known?.count ?? 0) + use.count })
  }

  return {
    replace: (next) => void (states = next),
    evaluate(key, input) {
      const type = declared[key]
      if (type === undefined) return { errorCode: 'GENERAL', detail: `The contract does not declare the flag ${key}.` }
      const now = clock.now()
      const known = Object.hasOwn(states, key) ? states[key] : undefined
      const state = known ?? { ...unchanged, offVariant: type.default, serve: { variant: type.default } }
      // the variants of this release: another one may have had others
      const evaluated = evaluate(
        { key, state: { ...state, type: type.type, variants: type.variants }, nowMs: now.epochMilliseconds },
        input,
      )
      if ('variant' in evaluated) note({ key, variant: evaluated.variant, count: 1, lastAt: now.toString() })
      return evaluated
    },
    takeUses() {
      const taken = [...uses.values()]
      uses.clear()
      return taken
    },
    returnUses: (back) => back.forEach(note),
  }
}

const unchanged = { isKilled: false, rules: [] } as const

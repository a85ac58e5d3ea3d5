import { shapes, toneOf, wordsOf } from '../state/status.ts'

/** A state as shape, word and colour. */
export function StateChip({ state, label }: { readonly state: string; readonly label?: string }) {
  const tone = toneOf(state)
  return (
    <span className="chip" data-tone={tone}>
      <span aria-hidden="true">{shapes[tone]}</span>
      {label ?? wordsOf(state)}
    </span>
  )
}

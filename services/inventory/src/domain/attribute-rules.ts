import type { AttributeSchema } from '@stoa/contracts/inventory/resources'
import type { FieldError } from '@stoa/kernel'

const ranges = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
] as const

/** Returns the attribute rules of a category with contradictory limits, which no value can satisfy. */
export function wrongRanges(schema: AttributeSchema | undefined): FieldError[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, rule]) =>
    ranges.flatMap(([first, last]) => {
      const [from, to] = [rule[first], rule[last]]
      if (from === undefined || to === undefined || from <= to) return []
      return [{ pointer: `/attributeSchema/properties/${name}/${last}`, detail: `must not be less than ${first}` }]
    }),
  )
}

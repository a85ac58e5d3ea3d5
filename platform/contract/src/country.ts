import { iso31661 } from 'iso-3166'
import { Type } from 'typebox'

// Kosovo has no code of its own in ISO 3166-1; XK is the one that customs and carriers use for it.
const codes = [...iso31661.map(({ alpha2 }) => alpha2), 'XK']

/** The pattern that matches these two-letter codes and no other text, by their first letters. */
function patternOf(all: readonly string[]): string {
  const byFirstLetter = Map.groupBy(all.toSorted(), (code) => code.charAt(0))
  const groups = [...byFirstLetter].map(([first, each]) => `${first}[${each.map((code) => code.charAt(1)).join('')}]`)
  return `^(?:${groups.join('|')})$`
}

/** The JSON Schema of a country code. */
export const countryRule = {
  pattern: patternOf(codes),
  description: 'ISO 3166-1 alpha-2 code of a country, or XK for Kosovo',
} as const

/** An existing country, by its ISO 3166-1 alpha-2 code (or XK); any other text is rejected. */
export const CountrySchema = Type.String(countryRule)

/** The code of every country that `CountrySchema` accepts, in alphabetical order. */
export const countryCodes: readonly string[] = codes.toSorted()

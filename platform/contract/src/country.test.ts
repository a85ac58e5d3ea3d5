import { Compile } from 'typebox/schema'
import { expect, test } from 'vitest'
import { countryCodes, CountrySchema } from './country.ts'

const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index))

test('a country is one of ISO 3166-1, or Kosovo, and no other two letters', () => {
  const schema = Compile(CountrySchema)
  const accepted = letters.flatMap((first) =>
    letters.map((second) => first + second).filter((code) => schema.Check(code)),
  )
  expect(accepted).toEqual(countryCodes)
  expect(accepted).toHaveLength(250)
  for (const code of ['ZZ', 'UK', 'EU', 'AN', 'XX', 'QO', 'de', 'DEU', ' DE', 'DE\n', ''])
    expect(schema.Check(code)).toBe(false)
})

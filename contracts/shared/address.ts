import { countryCodes, CountrySchema, nameText } from '@stoa/contract'
import { formatAddress } from 'localized-address-format'
import { Type } from 'typebox'

// Their addresses may have a postal code, and are delivered without one.
const optionalPostalCode = new Set(['IE', 'KP', 'TZ'])

/** Whether addresses of a country have a postal code, by the formats of Google's libaddressinput. */
function hasPostalCode(postalCountry: string): boolean {
  const postalCode = '(postal code)'
  return formatAddress({ postalCountry, postalCode }).some((line) => line.includes(postalCode))
}

/** Countries and territories whose addresses need no postal code. */
const countriesWithoutPostalCode = countryCodes.filter(
  (country) => optionalPostalCode.has(country) || !hasPostalCode(country),
)

/** A postal address. */
export const addressFields = {
  name: nameText(200),
  line1: nameText(200),
  line2: Type.Optional(nameText(200, 0)),
  city: nameText(100),
  state: Type.Optional(
    Type.String({
      ...nameText(100),
      description: 'state, province or prefecture, where addresses name it (US, CA, AU, …)',
    }),
  ),
  postalCode: Type.Optional(
    Type.String({ ...nameText(20), description: 'required where the country has postal codes' }),
  ),
  country: CountrySchema,
}

/** What goes with `addressFields` into the options of an object: a postal code is required where the country has them. */
export const postalCodeWhereUsed = {
  if: { required: ['country'], properties: { country: { enum: countriesWithoutPostalCode } } },
  else: { required: ['postalCode'] },
}

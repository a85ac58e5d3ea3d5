import { defineConfig, serviceSettings, setting } from '@stoa/config'
import { countryCodes } from '@stoa/contract'
import { billing } from '@stoa/contracts/billing/service'
import { Type } from 'typebox'

const text = Type.String({ minLength: 1, maxLength: 200 })

/** The settings of billing. */
export const config = defineConfig('billing', {
  ...serviceSettings('billing', billing.port),
  SELLER_CODE: setting(Type.String({ pattern: '^[A-Z0-9]{1,12}$' }), {
    default: 'STOA',
    doc: 'Code of the legal entity that sells. Each code has its own numbers, which begin with it.',
  }),
  SELLER_NAME: setting(text, { default: 'Stoa Demonstration', doc: 'Name of the seller on invoices.' }),
  SELLER_STREET: setting(text, { default: 'Marktplatz 1', doc: 'Street and house number of the seller.' }),
  SELLER_POSTAL_CODE: setting(text, { default: '1010', doc: 'Postal code of the seller.' }),
  SELLER_CITY: setting(text, { default: 'Wien', doc: 'City of the seller.' }),
  SELLER_COUNTRY: setting(Type.Enum([...countryCodes]), { default: 'AT', doc: 'Country of the seller (ISO 3166-1).' }),
  SELLER_VAT_ID: setting(text, { default: 'ATU00000000', doc: 'VAT identification number of the seller.' }),
  SELLER_TIME_ZONE: setting(text, {
    default: 'Europe/Vienna',
    doc: 'Time zone of the seller (IANA), in which the date and the year of an invoice are determined.',
  }),
})

import type { Service } from '@stoa/contract'
import { catalogue } from '@stoa/contracts/catalogue'
import { registry } from '@stoa/contracts/registry/service'
import { expect, test } from 'vitest'
import { schemasIn } from './schemas.ts'

const services: readonly Service[] = [registry, ...catalogue]

interface Field {
  readonly name: string
  readonly at: string
  readonly form: string
}

/** Every text with a name of its own in the requests and answers of the operations, without what only people read. */
function fieldsOf({ name: service, operations }: Service): Field[] {
  return Object.entries(operations).flatMap(([operation, route]) => {
    if (route.kind !== 'operation') return []
    const params = Object.entries(route.params).map(([name, node]) => ({ pointer: `/${name}`, node }))
    const schemas = [route.body, route.query, ...Object.values(route.answers)]
    const places = schemas.flatMap((schema) => (schema === undefined || schema === null ? [] : [...schemasIn(schema)]))
    return [...params, ...places].flatMap(({ pointer, node }) => {
      const name = pointer.replaceAll('/*', '').split('/').at(-1) ?? ''
      const { type, format, pattern, minLength, maxLength, enum: values } = node as Readonly<Record<string, unknown>>
      if (name === '' || (type !== 'string' && values === undefined)) return []
      const form = JSON.stringify({ type, format, pattern, minLength, maxLength, values })
      return [{ name, at: `${service}.${operation}${pointer}`, form }]
    })
  })
}

/** Fields with which one service addresses what another keeps: those in a line name the same kind of thing. */
const families = [
  ['sku', 'skus'],
  ['method', 'shippingMethod'],
  ['country', 'region'],
  ['couponCode', 'couponCodes', 'appliedCouponCodes'],
  ['currency'],
  ['taxClass'],
  ['category'],
  ['locale'],
  ['carrier'],
]

test('fields that name one kind of thing have one form in every service, so that what one accepts another can address', () => {
  const fields = services.flatMap(fieldsOf)
  const ids = [...new Set(fields.map(({ name }) => name).filter((name) => name.endsWith('Id')))]
  const contested = [...families, ...ids.map((id) => [id])].flatMap((family) => {
    const forms = Map.groupBy(
      fields.filter(({ name }) => family.includes(name)),
      ({ form }) => form,
    )
    return forms.size === 1
      ? []
      : [[family[0], ...[...forms].map(([form, [first]]) => `${first?.at} ${form}`)].join(' | ')]
  })
  expect(contested).toEqual([])
})

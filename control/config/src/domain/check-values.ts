import type { SettingSchema, SettingSchemas, SettingValue, Values } from '@stoa/contracts/config/values'
import type { FieldError } from '@stoa/kernel'

const isReference = (value: SettingValue) => typeof value === 'object' && !Array.isArray(value)

/** The JSON Schema of a setting, without what describes a secret. */
export function jsonSchemaOf({ type, ...rest }: SettingSchema): object {
  if (type === 'secretRef') return { type: 'object', required: ['secretRef'] }
  return { type, ...rest, ...(type === 'array' ? { items: { type: 'string' } } : {}) }
}

const ranges = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const

/** The schemas that no value can match. */
export function checkSchemas(settings: SettingSchemas): FieldError[] {
  return Object.entries(settings).flatMap(([name, schema]) =>
    ranges
      .filter(([least, most]) => (schema[least] ?? -Infinity) > (schema[most] ?? Infinity))
      .map(([least, most]) => ({ pointer: `/settings/${name}/${most}`, detail: `must not be less than ${least}` })),
  )
}

/** Whether a value matches a JSON Schema. */
export type Check = (schema: object, value: unknown) => boolean

/** The settings that are unknown or whose values do not match their schemas. */
export function checkValues(values: Values, schemas: SettingSchemas, check: Check): FieldError[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const pointer = `/values/${name}`
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (schema === undefined) return [{ pointer, detail: 'is not a setting of the application' }]
    return check(jsonSchemaOf(schema), value) ? [] : [{ pointer, detail: `must match ${describe(schema)}` }]
  })
}

function describe({ type, description: _, ...limits }: SettingSchema): string {
  if (type === 'secretRef') return '{"secretRef": "NAME"}'
  const rest = Object.entries(limits).map(([name, limit]) => `${name} ${JSON.stringify(limit)}`)
  return [`type ${type}`, ...rest].join(', ')
}

/** The values that look like secrets, by their names or their form. They are named, never shown. */
export function findSecrets(values: Values): FieldError[] {
  return Object.entries(values)
    .filter(([name, value]) => !isReference(value) && textsOf(value).some((text) => isSecret(name, text)))
    .map(([name]) => ({ pointer: `/values/${name}`, detail: 'looks like a secret; send {"secretRef": "NAME"}' }))
}

/** The texts in a value, at any depth, that have the form of a secret. They are pointed to, never shown. */
export function findSecretForms(value: unknown, pointer: string): FieldError[] {
  if (typeof value === 'string') return hasSecretForm(value) ? [{ pointer, detail: 'looks like a secret' }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => findSecretForms(item, `${pointer}/${name}`))
}

const hasSecretForm = (text: string) => secretForms.some((form) => form.test(text))

const textsOf = (value: SettingValue): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : []

const secretName = /pass(word|wd|phrase)|secret|token|api[_.-]?key|private[_.-]?key|credential/i

const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  // keys of cloud and payment providers, tokens of repositories and chats
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(sk|rk|pk)_(live|test)_[A-Za-z0-9]{10,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bstoa_[A-Za-z0-9_-]{20,}/,
  // a JSON web token
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/,
  // a URL with a password
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
]

function isSecret(name: string, text: string): boolean {
  if (text === '') return false
  return secretName.test(name) || hasSecretForm(text) || isRandom(text)
}

/** Whether a text is one long word whose characters are as evenly distributed as those of a random key. */
function isRandom(text: string): boolean {
  if (!/^[A-Za-z0-9+/_=-]{32,}$/.test(text) || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false
  // a UUID names something
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return false
  const counts = [...Map.groupBy(text, (each) => each).values()].map(({ length }) => length / text.length)
  const bits = -counts.reduce((sum, share) => sum + share * Math.log2(share), 0)
  return bits > (/^[0-9a-f]+$/i.test(text) ? 3 : 4)
}

/** What differs between two sets of values, by the name of the setting. */
export function differences(before: Values, after: Values) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted((a, b) => (a < b ? -1 : 1))
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({
      name,
      ...(before[name] === undefined ? {} : { before: before[name] }),
      ...(after[name] === undefined ? {} : { after: after[name] }),
    }))
}

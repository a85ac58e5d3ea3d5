import { countryRule, cursorRule, instantRule, textDetail } from '@stoa/contract'
import type { FieldError } from '@stoa/kernel'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { Settings } from 'typebox/system'
import { pointerStep } from './json-pointer.ts'
import { findOversize } from './oversize.ts'

/** Validates a value against a schema, and returns the invalid fields. */
export interface Validator {
  readonly check: (value: unknown) => boolean
  /** Every wrong place, by RFC 6901 pointer; at most 100. */
  readonly errors: (value: unknown) => FieldError[]
}

const maxErrors = 100
const instantDetail = `must be a time: ${instantRule.description}`
/** The message for a text that does not match a pattern or format that people cannot read. */
const details = new Map<unknown, string>([
  [cursorRule.pattern, 'is not a cursor of this list'],
  [countryRule.pattern, `must be a country: ${countryRule.description}`],
  [instantRule.format, instantDetail],
  [instantRule.pattern, instantDetail],
])

/** A validator that is compiled when it is first used: a service has dozens of schemas, and starts without them. */
export function makeValidator(schema: TSchema): Validator {
  let compiled: ReturnType<typeof compile> | undefined
  const get = () => (compiled ??= compile(schema))
  return {
    check: (value) => get().Check(value),
    // A value that is too large is not explained further: the rest would cost more than what came in.
    errors: (value) => [...(findOversize(schema, value) ?? explain(get().Errors(value)[1]))],
  }
}

function compile(schema: TSchema) {
  // TypeBox stops at 8 errors by default, for the whole process.
  if (Settings.Get().maxErrors < maxErrors) Settings.Set({ maxErrors })
  return Compile(schema)
}

type SchemaError = ReturnType<ReturnType<typeof compile>['Errors']>[1][number]

function explain(errors: readonly SchemaError[]): FieldError[] {
  const byPlace = new Map<string, FieldError>()
  const add = (pointer: string, detail: string) => {
    const place = `${pointer} ${detail}`
    if (!byPlace.has(place)) byPlace.set(place, { pointer, detail })
  }
  for (const error of errors) {
    switch (error.keyword) {
      case 'required':
        for (const name of error.params.requiredProperties) add(error.instancePath + pointerStep(name), 'is required')
        break
      // Reported of the object; another error reports it of each field.
      case 'additionalProperties':
      case 'if':
        break
      case 'boolean':
        add(error.instancePath, 'is not a known field')
        break
      case 'enum':
        add(error.instancePath, `must be one of ${error.params.allowedValues.map(String).join(', ')}`)
        break
      case 'format':
        add(error.instancePath, details.get(error.params.format) ?? error.message)
        break
      case 'pattern':
        add(error.instancePath, details.get(error.params.pattern) ?? textDetail(error.params.pattern) ?? error.message)
        break
      default:
        add(error.instancePath, error.message)
    }
  }
  return [...byPlace.values()].slice(0, maxErrors)
}

import type { FieldError } from '@stoa/kernel'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { Settings } from 'typebox/system'
import { pointerStep } from './json-pointer.ts'

/** Tells whether a value is as a schema says, and where not. */
export interface Validator {
  readonly check: (value: unknown) => boolean
  /** Every wrong place, by RFC 6901 pointer; at most 100. */
  readonly errors: (value: unknown) => FieldError[]
}

const maxErrors = 100

/** A validator that is compiled when it is first used: a service has dozens of schemas, and starts without them. */
export function makeValidator(schema: TSchema): Validator {
  let compiled: ReturnType<typeof compile> | undefined
  const get = () => (compiled ??= compile(schema))
  return {
    check: (value) => get().Check(value),
    errors: (value) => explain(get().Errors(value)[1]),
  }
}

function compile(schema: TSchema) {
  // TypeBox stops at 8 errors unless told otherwise, for the whole process.
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
      // Said of the object; the boolean error says it of each field.
      case 'additionalProperties':
        break
      case 'boolean':
        add(error.instancePath, 'is not a known field')
        break
      case 'enum':
        add(error.instancePath, `must be one of ${error.params.allowedValues.map(String).join(', ')}`)
        break
      default:
        add(error.instancePath, error.message)
    }
  }
  return [...byPlace.values()].slice(0, maxErrors)
}

import type { EventType } from '@stoa/contract'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

const validators = new WeakMap<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const made = Compile(schema)
  validators.set(schema, made)
  return made
}

/** Validates data against the schema of its event type. @throws TypeError that names each invalid field (RFC 6901), never the values */
export function assertFits(event: EventType, data: unknown): void {
  const validator = validatorOf(event.data)
  if (validator.Check(data)) return
  const wrong = validator.Errors(data).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  throw new TypeError(`data of ${event.type} ${event.version} does not fit its schema: ${wrong.join('; ')}`)
}

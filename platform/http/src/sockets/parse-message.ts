import type { Messages } from '@stoa/contract'
import type { AppError } from '@stoa/kernel'
import { parseBody } from '../body.ts'
import { invalidFields, refusalOf } from '../refusals.ts'
import { makeValidator } from '../validation.ts'

/** A message of a client that fits the contract. */
export interface ParsedMessage {
  readonly type: string
  readonly data: unknown
}

/** Reads one message of a client, or returns why it is refused. */
export type ParseMessage = (bytes: Buffer, isBinary: boolean) => ParsedMessage | AppError

const fields = new Set(['type', 'data'])

/** Makes the reader of the messages that a socket receives. */
export function messageParser(receives: Messages): ParseMessage {
  const validators = new Map(Object.entries(receives).map(([name, schema]) => [name, makeValidator(schema)]))
  const known = [...validators.keys()].join(', ')
  return (bytes, isBinary) => {
    if (isBinary) return refusalOf('request.malformed', 'A message must be a text.')
    let value: unknown
    try {
      value = parseBody(bytes)
    } catch (error) {
      return error as AppError
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refusalOf('request.malformed', 'A message must be an object with `type` and `data`.')
    const { type, data } = value as Partial<ParsedMessage>
    const unknown = Object.keys(value).find((name) => !fields.has(name))
    if (unknown !== undefined) return invalidFields([{ pointer: `/${unknown}`, detail: 'is not a known field' }])
    const validator = typeof type === 'string' ? validators.get(type) : undefined
    if (typeof type !== 'string' || validator === undefined)
      return invalidFields([{ pointer: '/type', detail: `must be one of ${known}` }])
    if (validator.check(data)) return { type, data }
    return invalidFields(validator.errors(data).map((each) => ({ ...each, pointer: `/data${each.pointer}` })))
  }
}

import type { Answers } from '@stoa/contract'
import type { TSchema } from 'typebox'
import { makeValidator, type Validator } from './validation.ts'

/** Throws if the operation does not declare the response. */
export type AnswerChecker = (status: number, text: string | undefined) => void

/** Checks sent responses: a declared status, a body that matches its schema, and no additional field. */
export function answerChecker(name: string, answers: Answers): AnswerChecker {
  const validators = new Map<number, Validator | undefined>(
    Object.entries(answers).map(([status, schema]) => [
      Number(status),
      schema === null ? undefined : makeValidator(closed(schema)),
    ]),
  )
  return (status, text) => {
    if (!validators.has(status)) throw new Error(`${name} returned ${status}, which is not declared`)
    const validator = validators.get(status)
    if (validator === undefined) {
      if (text !== undefined) throw new Error(`${name} returned ${status} with a body, which is not declared`)
      return
    }
    const body: unknown = text === undefined ? undefined : JSON.parse(text)
    if (validator.check(body)) return
    const wrong = validator.errors(body).map(({ pointer, detail }) => `${pointer || 'the body'} ${detail}`)
    throw new Error(`${name} returned ${status} with a body that does not match its declaration: ${wrong.join('; ')}`)
  }
}

/** Returns the schema with every object closed unless it declares otherwise: an undeclared field is a leak. */
function closed(schema: TSchema): TSchema {
  return closeNode(schema, false) as TSchema
}

function closeNode(node: unknown, isPart: boolean): unknown {
  if (Array.isArray(node)) return node.map((item) => closeNode(item, isPart))
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).map(([keyword, value]): [string, unknown] => {
    switch (keyword) {
      case 'properties':
        return [
          keyword,
          Object.fromEntries(
            Object.entries(value as object).map(([name, property]) => [name, closeNode(property, false)]),
          ),
        ]
      case 'items':
      case 'anyOf':
      case 'oneOf':
        return [keyword, closeNode(value, false)]
      // Each part of an intersection sees the fields of the others.
      case 'allOf':
        return [keyword, closeNode(value, true)]
      default:
        return [keyword, value]
    }
  })
  const result = Object.fromEntries(entries)
  if ('properties' in result && !('additionalProperties' in result) && !isPart) result['additionalProperties'] = false
  return result
}

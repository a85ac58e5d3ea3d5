import type { Attributes, AttributeSchema } from '@stoa/contracts/inventory/resources'
import type { FieldError } from '@stoa/kernel'
import { Errors } from 'typebox/schema'

/** Where the attributes of a product are not as the schemas of its category and of those above it have them. */
export function wrongAttributes(attributes: Attributes, schemas: readonly AttributeSchema[]): FieldError[] {
  const found = new Map<string, FieldError>()
  for (const { pointer, detail } of schemas.flatMap((schema) => errorsUnder(schema, attributes))) {
    found.set(`${pointer} ${detail}`, { pointer: `/attributes${pointer}`, detail })
  }
  return [...found.values()]
}

function errorsUnder(schema: AttributeSchema, attributes: Attributes): FieldError[] {
  return Errors(schema, attributes)[1].flatMap((error): FieldError[] => {
    switch (error.keyword) {
      case 'required':
        return error.params.requiredProperties.map((name) => ({ pointer: `/${name}`, detail: 'is required' }))
      // Said of all attributes together; the boolean error says it of each.
      case 'additionalProperties':
        return []
      case 'boolean':
        return [{ pointer: error.instancePath, detail: 'is not an attribute of the category' }]
      case 'enum':
        return [{ pointer: error.instancePath, detail: `must be one of ${error.params.allowedValues.join(', ')}` }]
      default:
        return [{ pointer: error.instancePath, detail: error.message }]
    }
  })
}

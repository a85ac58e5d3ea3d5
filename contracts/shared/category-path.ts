import { Type } from 'typebox'

/** A category by its path, such as `tea/green`. */
export const CategoryPath = Type.String({
  pattern: '^[a-z0-9-]+(/[a-z0-9-]+)*$',
  maxLength: 200,
  description: 'path of the category, such as tea/green',
})

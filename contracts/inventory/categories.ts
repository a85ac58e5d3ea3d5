import { closed, get, nameText, post } from '@stoa/contract'
import { Type } from 'typebox'
import { CategoryPath } from '../shared/category-path.ts'
import { AttributeSchema, Category } from './resources.ts'

/** GET /api/v1/categories */
export const listCategories = get('/api/v1/categories', {
  summary: 'Read the category tree',
  permission: 'public',
  owner: 'none',
  answers: { 200: Type.Object({ items: Type.Array(Category) }) },
  cacheControl: 'public, max-age=60',
  sharedWith: 'everybody',
})

/** POST /api/v1/categories */
export const createCategory = post('/api/v1/categories', {
  summary: 'Create a category, optionally under a parent',
  permission: 'product:manage',
  audited: true,
  owner: 'none',
  body: Type.Object(
    {
      path: CategoryPath,
      name: nameText(100),
      attributeSchema: Type.Optional(AttributeSchema),
    },
    closed,
  ),
  answers: { 201: Category },
  refuses: ['category.taken', 'category.unknown'],
})

import type { Handler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { wrongRanges } from '../domain/attribute-rules.ts'
import { pathsAbove } from '../domain/product.ts'
import { findCategories, insertCategories, listCategories as readCategories } from '../store/categories.ts'

export const listCategories: Handler<InventoryService, 'listCategories'> = async ({ db }) => ({
  status: 200,
  body: { items: await readCategories(db) },
})

export const createCategory: Handler<InventoryService, 'createCategory'> = async ({ body, db, commit, refuse }) => {
  const wrong = wrongRanges(body.attributeSchema)
  if (wrong.length > 0) return refuse('request.invalid', 'No value can satisfy the rule.', { fields: wrong })
  const parent = pathsAbove(body.path).at(-2)
  const above = parent === undefined ? [] : await findCategories(db, [parent])
  if (parent !== undefined && above.length === 0) {
    const fields = [{ pointer: '/path', detail: `category ${parent} does not exist` }]
    return refuse('category.unknown', `The category ${parent} does not exist.`, { fields })
  }
  const category = { ...body, ...(parent === undefined ? {} : { parent }) }
  return commit(async (tx) => {
    if ((await insertCategories(tx, [category])) > 0) return { status: 201, body: category }
    const fields = [{ pointer: '/path', detail: 'is taken' }]
    return refuse('category.taken', `The category ${body.path} already exists.`, { fields })
  })
}

import { JsonText, type Handler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { Page } from '@stoa/contract'
import type { Product } from '@stoa/contracts/inventory/resources'
import { decodeCursor, encodeCursor } from '@stoa/service'
import { Type } from 'typebox'
import { attributeFacet, categoryFacet, tagFacet } from '../domain/product.ts'
import { wordsOf } from '../domain/product-view.ts'
import { findSimilarViews, searchViews } from '../store/product-search.ts'
import { findView, findViewBySku, listViews } from '../store/product-views.ts'

/** Drafts are visible only to callers who may write products. */
const managing = 'product:manage'

export const getProduct: Handler<InventoryService, 'getProduct'> = async ({ params: { id }, caller, db, refuse }) => {
  const found = await findView(db, id)
  if (found === undefined || (found.status === 'draft' && !caller.can(managing))) {
    return refuse('product.not_found', `The product ${id} does not exist.`)
  }
  return { status: 200, body: new JsonText(found.answer), version: found.etag }
}

export const getProductBySku: Handler<InventoryService, 'getProductBySku'> = async ({
  params: { sku },
  caller,
  db,
  refuse,
}) => {
  const found = await findViewBySku(db, sku)
  if (found === undefined || (found.status === 'draft' && !caller.can(managing))) {
    return refuse('product.not_found', `No product has the SKU ${sku}.`)
  }
  return { status: 200, body: new JsonText(found.answer), version: found.etag }
}

export const listProducts: Handler<InventoryService, 'listProducts'> = async ({ query, caller, db }) => {
  const { limit = 50, cursor, category, tag, attribute, priceFrom, priceTo, status = 'active', sort = 'newest' } = query
  if (status === 'draft' && !caller.can(managing)) return { status: 200, body: { items: [] } }
  const facets = [
    ...(category === undefined ? [] : [categoryFacet(category)]),
    ...(tag === undefined ? [] : [tagFacet(tag)]),
    ...(attribute === undefined ? [] : [attributeFacet(attribute)]),
  ]
  const key = placeKeys[sort]
  const place = Type.Object({ sort: Type.Literal(sort), key, id: Type.String({ format: 'uuid' }) })
  const after = cursor === undefined ? undefined : decodeCursor(place, cursor)
  const { items, last } = await listViews(db, { status, facets, priceFrom, priceTo, sort, after, limit })
  const next = last === undefined ? '' : `,"nextCursor":"${encodeCursor({ sort, ...last })}"`
  return { status: 200, body: new JsonText<Page<Product>>(`{"items":[${items}]${next}}`) }
}

export const searchProducts: Handler<InventoryService, 'searchProducts'> = async ({ query: { q, limit = 20 }, db }) => {
  const words = wordsOf(q).slice(0, mostWords)
  if (words.length === 0) return { status: 200, body: { items: [] } }
  const items = (await searchViews(db, words, limit)) || (await findSimilarViews(db, words, limit))
  return { status: 200, body: new JsonText<{ items: Product[] }>(`{"items":[${items}]}`) }
}

const mostWords = 10
const name = Type.String({ maxLength: 1_000 })
const price = Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER })

const placeKeys = { name, '-name': name, price, '-price': price, newest: Type.String({ format: 'uuid' }) } as const

import type { Handler } from '@stoa/contract'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import { decodeCursor, pageOf } from '@stoa/service'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { attributeFacet, categoryFacet, tagFacet } from '../domain/product.ts'
import { findProduct, listProducts as readProducts } from '../store/products.ts'
import { etagOf } from './check-product.ts'

/** Drafts are for those who write them. */
const managing = 'product:manage'

export const getProduct =
  (_deps: Deps): Handler<InventoryService, 'getProduct'> =>
  async ({ params: { id }, caller, db, refuse }) => {
    const product = await findProduct(db, id)
    if (product === undefined || (product.status === 'draft' && !caller.can(managing))) {
      return refuse('product.not_found', `There is no product ${id}.`)
    }
    return { status: 200, body: product, version: etagOf(product) }
  }

export const listProducts =
  (_deps: Deps): Handler<InventoryService, 'listProducts'> =>
  async ({ query, caller, db }) => {
    const {
      limit = 50,
      cursor,
      category,
      tag,
      attribute,
      priceFrom,
      priceTo,
      status = 'active',
      sort = 'newest',
    } = query
    if (status === 'draft' && !caller.can(managing)) return { status: 200, body: { items: [] } }
    const facets = [
      ...(category === undefined ? [] : [categoryFacet(category)]),
      ...(tag === undefined ? [] : [tagFacet(tag)]),
      ...(attribute === undefined ? [] : [attributeFacet(attribute)]),
    ]
    const key = placeKeys[sort]
    const place = Type.Object({ sort: Type.Literal(sort), key, id: Type.String({ format: 'uuid' }) })
    const after = cursor === undefined ? undefined : decodeCursor(place, cursor)
    const found = await readProducts(db, { status, facets, priceFrom, priceTo, sort, after, limit: limit + 1 })
    const page = pageOf(found, limit, (last) => ({ sort, ...last.place }))
    return { status: 200, body: { ...page, items: page.items.map(({ product }) => product) } }
  }

const name = Type.String({ maxLength: 1_000 })
const price = Type.Integer({ minimum: -1, maximum: Number.MAX_SAFE_INTEGER })

const placeKeys = { name, '-name': name, price, '-price': price, newest: Type.String({ format: 'uuid' }) } as const

import { goodBody } from './good-bodies.ts'
import type { GoodRequest } from './good-requests.ts'
import { isOperation, type DeclaredRoute } from './declared-routes.ts'
import type { Sent } from './send.ts'
import type { Node } from './valid-values.ts'
import { edited, pointerOf } from './wrong-values.ts'

/** What nothing is called, for fields that name something which is data rather than part of the contract. */
const unheardOf: Readonly<Record<string, string>> = {
  sku: 'UNHEARD-OF-1',
  skus: 'UNHEARD-OF-1',
  region: 'ZZ',
  currency: 'ZZZ',
  category: 'unheard/of',
  tag: 'unheard-of',
  attribute: 'unheard:of',
  couponCodes: 'UNHEARD-OF-1',
  taxClass: 'unheard-of',
  roles: 'unheard-of',
  scopes: 'unheard:of',
  permission: 'unheard:of',
  method: 'unheard-of',
  shippingMethod: 'unheard-of',
  provider: 'unheard-of',
  warehouseId: '0190b6f0-0000-7000-8000-000000000000',
  fromWarehouseId: '0190b6f0-0000-7000-8000-000000000000',
  toWarehouseId: '0190b6f0-0000-7000-8000-000000000000',
  orderId: '0190b6f0-0000-7000-8000-000000000000',
  paymentId: '0190b6f0-0000-7000-8000-000000000000',
  paymentMethodId: '0190b6f0-0000-7000-8000-000000000000',
  quoteId: '0190b6f0-0000-7000-8000-000000000000',
  customerId: '0190b6f0-0000-7000-8000-000000000000',
  userId: '0190b6f0-0000-7000-8000-000000000000',
}

/** Fields with a name that nothing need have yet, and why. */
export const newNames: Readonly<Record<string, string>> = {
  'inventory.createProduct /variants/0/sku': 'the product brings its SKUs',
  'inventory.replaceProduct /variants/0/sku': 'the product brings its SKUs',
  'inventory.patchProduct /variants/0/sku': 'the product brings its SKUs',
  'pricing.setTax /taxClass': 'the rate brings its class',
  'pricing.createPrice /sku': 'a price may be set before its product is there',
  'auth.checkPermissions /checks/0/permission': 'an unknown permission is answered as not permitted',
  'reporting.readFigures ?currency': 'each tile is empty, as nothing was sold in it',
  'inventory.reserveStock /orderId': 'it becomes the key of the reservation',
}

/** A request that names something nothing is called. */
export interface UnheardOf {
  readonly at: string
  readonly sent: Sent
  /** In the body it is refused; a list of what has that name may as well be empty. */
  readonly isQuery: boolean
}

/** Every request that is good but for one name in it, in the body or the query. */
export async function unheardOfIn(each: DeclaredRoute, good: GoodRequest): Promise<UnheardOf[]> {
  const { route } = each
  const body = isOperation(each) ? each.route.body : undefined
  const places = body === undefined ? [] : namesIn(body, good.sent.body, [])
  const inBody = places.map(async ({ path, name }): Promise<UnheardOf> => {
    const fresh = isOperation(each) ? await goodBody(each, { owner: good.owner, ids: good.ids }) : undefined
    const headers = { ...good.sent.headers, 'idempotency-key': crypto.randomUUID() }
    return {
      at: `${each.at} ${pointerOf(path)}`,
      isQuery: false,
      sent: { ...good.sent, headers, body: edited(fresh, path, name) },
    }
  })
  const inQuery = Object.keys(route.query?.properties ?? {}).flatMap((field): UnheardOf[] => {
    const name = unheardOf[field]
    if (name === undefined) return []
    const [path = '', search = ''] = good.sent.path.split('?')
    const query = new URLSearchParams(search)
    query.set(field, name)
    return [{ at: `${each.at} ?${field}`, isQuery: true, sent: { ...good.sent, path: `${path}?${query.toString()}` } }]
  })
  return [...(await Promise.all(inBody)), ...inQuery]
}

interface Place {
  readonly path: readonly string[]
  readonly name: string
}

function namesIn(node: Node, good: unknown, path: readonly string[], field = ''): Place[] {
  const name = unheardOf[field]
  if (node.type === 'string') return name === undefined || node.enum !== undefined ? [] : [{ path, name }]
  if (node.items !== undefined) {
    return Array.isArray(good) && good.length > 0 ? namesIn(node.items, good[0], [...path, '0'], field) : []
  }
  if (typeof good !== 'object' || good === null) return []
  const values = good as Readonly<Record<string, unknown>>
  const variants = [node, ...(node.anyOf ?? [])]
  return variants.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([inner, schema]) =>
      inner in values ? namesIn(schema, values[inner], [...path, inner], inner) : [],
    ),
  )
}

/** All permissions. `x:y` applies to resources of the caller or without an owner, `x:y:any` also to resources of others. */
export const permissions = [
  'api-key:manage',
  'api-key:manage:any',
  'gateway:admin',
  'inventory:manage',
  'inventory:read',
  'ledger:read',
  'notification:read',
  'notification:read:any',
  'notification:send',
  'notification:write',
  'notification:write:any',
  'oauth-client:manage',
  'ops',
  'order:cancel',
  'order:cancel:any',
  'order:manage',
  'order:place',
  'order:read',
  'order:read:any',
  'order:return',
  'order:return:any',
  'payment-method:manage',
  'payment:manage',
  'payment:read',
  'payment:read:any',
  'payment:review',
  'permission:check',
  'pricing:manage',
  'product:manage',
  'product:read',
  'saga:manage',
  'session:manage',
  'session:manage:any',
  'session:read',
  'session:read:any',
  'shipment:manage',
  'shipment:read',
  'shipment:read:any',
  'signing-key:manage',
  'template:manage',
  'template:manage:security',
  'user:export',
  'user:export:any',
  'user:list',
  'user:manage',
  'user:read',
  'user:read:any',
  'user:write',
  'user:write:any',
] as const

/** A permission that some role grants. */
export type GrantedPermission = (typeof permissions)[number]

type Grants = readonly GrantedPermission[]

const ownAccount = [
  'api-key:manage',
  'notification:read',
  'notification:write',
  'permission:check',
  'session:manage',
  'session:read',
  'user:export',
  'user:read',
  'user:write',
] as const satisfies Grants

const ownPurchases = [
  'order:cancel',
  'order:place',
  'order:read',
  'order:return',
  'payment-method:manage',
  'payment:read',
  'product:read',
  'shipment:read',
] as const satisfies Grants

const readBusiness = [
  'inventory:read',
  'ledger:read',
  'order:read:any',
  'payment:read:any',
  'product:read',
  'shipment:read:any',
] as const satisfies Grants

const serveCustomers = [
  ...readBusiness,
  'notification:read:any',
  'order:cancel:any',
  'order:manage',
  'order:return:any',
  'user:read:any',
] as const satisfies Grants

const runShop = [
  ...serveCustomers,
  'inventory:manage',
  'notification:send',
  'payment:manage',
  'payment:review',
  'pricing:manage',
  'product:manage',
  'shipment:manage',
  'template:manage',
  'user:list',
] as const satisfies Grants

const runSystem = ['gateway:admin', 'ops', 'saga:manage'] as const satisfies Grants

/** The permissions of each role. `service` grants none: the scope of a service token lists the allowed calls. */
export const roles = {
  customer: [...ownAccount, ...ownPurchases],
  guest: [
    'permission:check',
    'session:manage',
    'session:read',
    'user:export',
    'user:read',
    'notification:read',
    'notification:write',
    ...ownPurchases,
  ],
  support: [...ownAccount, ...serveCustomers],
  analyst: [...ownAccount, ...readBusiness],
  staff: [...ownAccount, ...runShop],
  manager: [...ownAccount, ...runShop],
  ops: [...ownAccount, ...runSystem],
  admin: permissions,
  service: [],
} as const satisfies { readonly [role: string]: Grants }

/** A role that an account or a service can have. */
export type Role = keyof typeof roles

/**
 * What the scope of a token reaches of that which the roles grant. `stoa` and `service:internal` reach all of it,
 * `service:external` what a partner's program needs; the name of a permission reaches that permission; `openid` and the
 * like reach nothing.
 */
export const scopes = {
  stoa: 'all',
  'service:internal': 'all',
  'service:external': [
    'inventory:read',
    'order:cancel:any',
    'order:manage',
    'order:place',
    'order:read:any',
    'order:return:any',
    'payment-method:manage',
    'payment:read:any',
    'product:manage',
    'product:read',
    'shipment:read:any',
  ],
} as const satisfies { readonly [scope: string]: Grants | 'all' }

/** The table by which a token's roles and scope become permissions. */
export const accessTable = { roles, scopes }

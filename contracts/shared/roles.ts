/** All roles of accounts and services. `admin` has every permission; `service` has none: the scope of its token lists the allowed calls. */
export const roleNames = [
  'customer',
  'guest',
  'support',
  'analyst',
  'staff',
  'manager',
  'ops',
  'admin',
  'service',
] as const

/** A role that an account or a service can have. */
export type Role = (typeof roleNames)[number]

/** A role to which contracts grant permissions. */
export type GrantableRole = Exclude<Role, 'admin' | 'service'>

/** Every account but guests. */
export const registered = [
  'customer',
  'support',
  'analyst',
  'staff',
  'manager',
  'ops',
] as const satisfies readonly GrantableRole[]

/** Every account. */
export const everyAccount = [...registered, 'guest'] as const satisfies readonly GrantableRole[]

/** Customers and guests. */
export const shoppers = ['customer', 'guest'] as const satisfies readonly GrantableRole[]

/** Staff who read the records of the business. */
export const businessReaders = ['support', 'analyst', 'staff', 'manager'] as const satisfies readonly GrantableRole[]

/** Staff who help customers. */
export const customerService = ['support', 'staff', 'manager'] as const satisfies readonly GrantableRole[]

/** Staff who run the shop. */
export const shopStaff = ['staff', 'manager'] as const satisfies readonly GrantableRole[]

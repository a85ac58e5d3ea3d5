/** An account of the demonstration shop. */
export interface DemonstrationAccount {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly string[]
}

/** The same for all of them; embedded profile only. */
export const demonstrationPassword = 'stoa-demo-only'

/** The customer, who has a payment method for each sandbox token. */
export const ada: DemonstrationAccount = {
  id: '01920000-0000-7000-8000-000000000001',
  email: 'ada@stoa.example',
  name: 'Ada Lovelace',
  roles: ['customer'],
}

/** Who works in the shop. */
export const staff: DemonstrationAccount = {
  id: '01920000-0000-7000-8000-000000000002',
  email: 'staff@stoa.example',
  name: 'Grace Hopper',
  roles: ['staff'],
}

/** Who may do everything. */
export const admin: DemonstrationAccount = {
  id: '01920000-0000-7000-8000-000000000003',
  email: 'admin@stoa.example',
  name: 'Margaret Hamilton',
  roles: ['admin'],
}

/** The accounts as the seed of user takes them. */
export const demonstrationAccounts = { accounts: [ada, staff, admin], password: demonstrationPassword }

/** The line of a start that names the accounts. */
export const hintOfAccounts = `Accounts  ${[ada, staff, admin].map(({ email }) => email).join(', ')}; password ${demonstrationPassword}`

import { app } from '@stoa/contract'

/** The console of operators: services, orders, sagas, events, traces. */
export const console = app('/console', { title: 'Stoa console' })

/** The page of customers: their invoices and passkeys. */
export const account = app('/account', { title: 'Stoa account' })

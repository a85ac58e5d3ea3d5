import { errors } from '@stoa/contract'

/** The errors that search returns. */
export const searchErrors = errors({})

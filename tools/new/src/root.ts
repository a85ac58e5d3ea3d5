import { resolve } from 'node:path'

/** Folder of the checkout. */
export const root = resolve(import.meta.dirname, '../../..')

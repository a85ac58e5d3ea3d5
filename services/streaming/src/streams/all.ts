import type { StreamDefinition, StreamName } from '../engine/stream.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'

/** All streams: one for each batch of the contract. */
export const streams: Readonly<Record<StreamName, StreamDefinition>> = { orders, payments }

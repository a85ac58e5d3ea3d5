import type { OrderRange } from './order_range_pb.js'

/** Orders by their ids, after one and up to another, and how many rows at most. */
export interface ClosedRange {
  readonly after: string
  readonly upTo: string
  readonly limit: number
}

const lowestId = '00000000-0000-0000-0000-000000000000'
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** A range of orders with both its ends, which may be open on the wire, and its limit as it counts: 1 to 1,000 rows. */
export function closedRange({ after, upTo, limit }: OrderRange): ClosedRange {
  return {
    after: after === '' ? lowestId : after,
    upTo: upTo === '' ? highestId : upTo,
    limit: Math.min(Math.max(1, limit), 1_000),
  }
}

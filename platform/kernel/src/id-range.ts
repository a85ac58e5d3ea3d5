/** Ids after one and up to another, and the maximum number of rows. */
export interface IdRange {
  readonly after: string
  readonly upTo: string
  readonly limit: number
}

const lowestId = '00000000-0000-0000-0000-000000000000'
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Returns a range with both its ends, which may be empty on the wire, and a limit of 1 to 1,000 rows. */
export function closedRange({ after, upTo, limit }: IdRange): IdRange {
  return {
    after: after === '' ? lowestId : after,
    upTo: upTo === '' ? highestId : upTo,
    limit: Math.min(Math.max(1, limit), 1_000),
  }
}

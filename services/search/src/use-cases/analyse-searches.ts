import { parseInstant, type Handler, type TaskHandler } from '@stoa/contract'
import type { SearchService } from '@stoa/contracts/search/service'
import type { Deps } from '../deps.ts'
import { countSearches, deleteSearches, insertClick, topQueries } from '../store/searches.ts'

export const recordClick =
  ({ clock, searchLog }: Deps): Handler<SearchService, 'recordClick'> =>
  async ({ body: { searchId, productId }, refuse, commit }) => {
    await searchLog.flush()
    return commit(async (tx) => {
      const isKnown = await insertClick(tx, { searchId, productId, at: clock.now() })
      return isKnown ? { status: 204 } : refuse('search.unknown', `There is no search ${searchId}.`)
    })
  }

const defaultDays = 7
const firstInstant = Temporal.Instant.from('0001-01-01T00:00:00Z')

export const readAnalytics =
  ({ clock }: Deps): Handler<SearchService, 'readAnalytics'> =>
  async ({ query, db }) => {
    const to = query.to === undefined ? clock.now() : parseInstant(query.to)
    const from = query.from === undefined ? daysBefore(to) : parseInstant(query.from)
    const { limit = 20 } = query
    const [totals, top, withoutResults] = await Promise.all([
      countSearches(db, { from, to }),
      topQueries(db, { from, to }, { limit, onlyWithoutResults: false }),
      topQueries(db, { from, to }, { limit, onlyWithoutResults: true }),
    ])
    const withResults = totals.searches - totals.without_results
    return {
      status: 200,
      body: {
        from: from.toString(),
        to: to.toString(),
        searches: totals.searches,
        withoutResults: totals.without_results,
        clickThroughRate: withResults === 0 ? 0 : totals.clicked / withResults,
        topQueries: top,
        queriesWithoutResults: withoutResults,
      },
    }
  }

/** Not before the first instant that a response can contain. */
function daysBefore(to: Temporal.Instant): Temporal.Instant {
  const from = to.subtract({ hours: 24 * defaultDays })
  return Temporal.Instant.compare(from, firstInstant) < 0 ? firstInstant : from
}

const mostAtOnce = 10_000

/** Deletes everything that is too old, in several transactions: anyone can search, so one run may find any number. */
export const pruneSearchesTask =
  ({ clock, database, retentionDays }: Deps): TaskHandler<SearchService, 'prune-searches'> =>
  async () => {
    const before = clock.now().subtract({ hours: 24 * retentionDays })
    const deleteSome = () => database.transaction((tx) => deleteSearches(tx, before, mostAtOnce))
    while ((await deleteSome()) === mostAtOnce);
  }

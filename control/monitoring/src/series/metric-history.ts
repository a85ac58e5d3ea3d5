import type { Clock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { deleteOldRounds, deleteRoundsFrom, insertRound, readRounds } from '../store/metric-rounds.ts'
import { addRequests } from '../store/request-hours.ts'
import { countScrapes, type ServiceScrapes } from '../store/uptime.ts'
import { lockLease } from '../store/scrape-lease.ts'
import { countRequests } from './count-requests.ts'
import { makeRound, type ScrapedTarget } from './make-round.ts'
import { SeriesStore, type KeptSamples } from './series-store.ts'

interface HistoryOptions extends KeptSamples {
  readonly database: Database
  readonly clock: Clock
  readonly holder: string
  readonly retentionMs: number
  readonly maxBytes: number
}

/** What is appended. */
export interface ScrapedRound {
  readonly atMs: number
  readonly targets: readonly ScrapedTarget[]
  readonly uptime: readonly ServiceScrapes[]
}

/** Rounds between two complete ones, where a reader can begin. */
const completeEvery = 40
const roundsPerRead = 50

/**
 * The series in memory and in the database. Every replica reads the same rounds in the same order, so each can be asked, and each can continue
 * when the one that scrapes dies. Reads and appends run one after the other.
 */
export class MetricHistory {
  readonly store: SeriesStore
  private readonly options: HistoryOptions
  private lastId: number | undefined
  private sinceComplete = completeEvery
  private work: Promise<unknown> = Promise.resolve()

  constructor(options: HistoryOptions) {
    this.options = options
    this.store = new SeriesStore(options)
  }

  /** Reads the rounds that other replicas have added. */
  catchUp(): Promise<void> {
    return this.inOrder(() => this.readNew())
  }

  /** Stores a round and adds it to the series. Returns false if another replica holds the lease: nothing is changed then. */
  append(scraped: ScrapedRound): Promise<boolean> {
    return this.inOrder(() => this.write(scraped))
  }

  private inOrder<T>(run: () => Promise<T>): Promise<T> {
    const result = this.work.then(run)
    this.work = result.catch(() => {})
    return result
  }

  private async readNew(): Promise<void> {
    const { database, clock, retentionMs } = this.options
    const since = clock.now().subtract({ milliseconds: retentionMs })
    for (;;) {
      const rounds = await readRounds(database.read, { after: this.lastId, since, limit: roundsPerRead })
      for (const { id, round } of rounds) {
        this.store.apply(round)
        this.lastId = id
        this.sinceComplete = round.isComplete ? 0 : this.sinceComplete + 1
      }
      if (rounds.length > 0) this.store.prune(clock.now().epochMilliseconds)
      if (rounds.length < roundsPerRead) return
    }
  }

  private async write({ atMs, targets, uptime }: ScrapedRound): Promise<boolean> {
    const { database, holder, retentionMs, maxBytes } = this.options
    await this.readNew()
    if (this.store.lastMs !== undefined && this.store.lastMs >= atMs) await this.forgetFrom(atMs)
    const isComplete = this.store.size === 0 || this.sinceComplete >= completeEvery
    const round = makeRound(this.store, targets, { atMs, isComplete })
    const requests = countRequests(this.store, targets)
    const at = Temporal.Instant.fromEpochMilliseconds(atMs)
    const id = await database.transaction(async (tx) => {
      if (!(await lockLease(tx, holder))) return undefined
      if (isComplete) await deleteOldRounds(tx, at.subtract({ milliseconds: Math.round(retentionMs * 1.1) }), maxBytes)
      await countScrapes(tx, at, uptime)
      await addRequests(tx, at, requests)
      return insertRound(tx, round)
    })
    if (id === undefined) return false
    this.store.apply(round)
    this.lastId = id
    this.sinceComplete = isComplete ? 0 : this.sinceComplete + 1
    if (isComplete) this.store.prune(atMs)
    return true
  }

  /** The clock was set back: what is in the future is read by no one until then, and would be the latest. */
  private async forgetFrom(atMs: number): Promise<void> {
    const { database, holder } = this.options
    const from = Temporal.Instant.fromEpochMilliseconds(atMs)
    await database.transaction(async (tx) => {
      if (await lockLease(tx, holder)) await deleteRoundsFrom(tx, from)
    })
    this.store.clear()
    this.lastId = undefined
    this.sinceComplete = completeEvery
    await this.readNew()
  }
}

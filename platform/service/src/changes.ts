import { randomUUID } from 'node:crypto'
import type { Part } from '@stoa/kernel/part'
import type { WriteHandle } from '@stoa/contract'
import { sendWithCommit, type Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'

const channel = 'stoa_changed'
// more ids than this would not fit into one NOTIFY (8,000 bytes)
const idsPerNotice = 100
const reopenMs = 1_000

/** Notifies all replicas of a service that resources may have changed. */
export interface ChangeFeed {
  /** Watches the resource of this id until it is stopped. */
  readonly watch: (id: string) => { readonly changed: Promise<void>; readonly stop: () => void }
  /** Wakes waiting requests in this process immediately, and those in other replicas with one NOTIFY per batch of changes. */
  readonly announce: (ids: readonly string[]) => void
  readonly close: () => Promise<void>
}

/** Wakes those who watch this id in every replica, if the transaction is committed: PostgreSQL sends the notification with the COMMIT. */
export function announceWithCommit(tx: WriteHandle, id: string): void {
  // without a sender, so that it also wakes those of this process
  sendWithCommit(tx, () => tx.sql`select pg_notify(${channel}, ${`,${id}`})`)
}

/** Makes the change feed of a service. A lost notification only causes a delay, because waiting requests also poll. */
export function changeFeed(database: Database, logger: Logger): ChangeFeed {
  const waiting = new Map<string, Set<() => void>>()
  let pending = new Set<string>()
  let isScheduled = false
  // The notifications of this process arrive here too, after it has woken its own waiting requests.
  const self = randomUUID()

  function wake(ids: Iterable<string>): void {
    for (const id of ids) {
      const wakers = waiting.get(id)
      waiting.delete(id)
      for (const waker of wakers ?? []) waker()
    }
  }

  async function notifyReplicas(): Promise<void> {
    isScheduled = false
    const ids = [...pending]
    pending = new Set()
    for (let from = 0; from < ids.length; from += idsPerNotice) {
      await database.notify(channel, [self, ...ids.slice(from, from + idsPerNotice)].join(','))
    }
  }

  const closeListener = keepListening(
    database,
    (notice) => {
      const [sender, ...ids] = notice.split(',')
      if (sender !== self) wake(ids)
    },
    // whatever was announced while nothing listened
    () => wake([...waiting.keys()]),
  )
  return {
    watch(id) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wakers = waiting.get(id) ?? new Set()
      waiting.set(id, wakers.add(resolve))
      const stop = () => {
        wakers.delete(resolve)
        if (wakers.size === 0 && waiting.get(id) === wakers) waiting.delete(id)
      }
      return { changed: promise, stop }
    },
    announce(ids) {
      wake(ids)
      for (const id of ids) pending.add(id)
      if (isScheduled || ids.length === 0) return
      isScheduled = true
      const onFailure = (error: unknown) => logger.debug('changes were not published to other replicas', { error })
      setImmediate(() => void notifyReplicas().catch(onFailure))
    },
    async close() {
      wake([...waiting.keys()])
      await closeListener()
    },
  }
}

/** The part of a change feed; closes its session. */
export function changesPart(changes: ChangeFeed | undefined): Part {
  return { name: 'change feed', stop: () => changes?.close() }
}

/** Listens on a dedicated session, which is reopened after each loss. */
function keepListening(
  database: Database,
  onNotice: (notice: string) => void,
  onReopened: () => void,
): () => Promise<void> {
  let isClosed = false
  let end: () => Promise<void> = async () => {}
  let timer: NodeJS.Timeout | undefined

  function reopen(): void {
    if (isClosed) return
    timer = setTimeout(() => void open().catch(reopen), reopenMs)
  }

  async function open(): Promise<void> {
    const session = await database.session()
    end = session.close
    try {
      if (!isClosed) await session.listen(channel, onNotice)
    } catch (error) {
      await session.close()
      throw error
    }
    if (isClosed) return session.close()
    onReopened()
    // Only now: a loss before this is an error of listen, and one of the two must open the next session, not both.
    session.onLost(reopen)
  }

  const opening = open().catch(reopen)
  return async () => {
    isClosed = true
    clearTimeout(timer)
    await opening
    await end()
  }
}

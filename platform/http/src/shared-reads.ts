import { newContext, runWithContext } from '@stoa/telemetry'
import type { Changes } from './options.ts'
import { pause } from './pause.ts'

/**
 * Yields the result of `read` for a resource: immediately, then whenever it may have changed, until the signal is aborted. All followers of
 * an id in this process share one read; a slow follower gets the latest result.
 */
export type Follow = <Value>(id: string, read: () => Promise<Value>, signal: AbortSignal) => AsyncGenerator<Value, void>

interface Feed {
  /** What was read last, and how often something was; a failed read ends the feed for everyone. */
  latest: { readonly value: unknown } | { readonly error: unknown } | undefined
  reads: number
  followers: number
  readonly wakers: Set<() => void>
  readonly closing: AbortController
}

/** Makes the shared reads of the streams of one route. */
export function makeSharedReads(changes: Changes, rereadMs: number): Follow {
  const feeds = new Map<string, Feed>()

  function open(id: string, read: () => Promise<unknown>): Feed {
    const closing = new AbortController()
    const feed: Feed = { latest: undefined, reads: 0, followers: 0, wakers: new Set(), closing }
    feeds.set(id, feed)
    // not in the context of who happens to come first: it may leave before the others
    void runWithContext(newContext(), () => run(feed, id, read))
    return feed
  }

  async function run(feed: Feed, id: string, read: () => Promise<unknown>): Promise<void> {
    const { signal } = feed.closing
    while (!signal.aborted) {
      // Listens before it reads, so that no change falls in between.
      const watch = changes.watch(id)
      try {
        feed.latest = { value: await read() }
      } catch (error) {
        feed.latest = { error }
        close(feed, id)
      }
      feed.reads += 1
      for (const wake of feed.wakers) wake()
      await pause(watch.changed, rereadMs, [signal])
      watch.stop()
    }
  }

  function close(feed: Feed, id: string): void {
    feed.closing.abort()
    if (feeds.get(id) === feed) feeds.delete(id)
  }

  return async function* follow<Value>(id: string, read: () => Promise<Value>, signal: AbortSignal) {
    const feed = feeds.get(id) ?? open(id, read)
    feed.followers += 1
    try {
      for (let seen = 0; !signal.aborted;) {
        if (feed.reads === seen) await nextRead(feed, signal)
        if (signal.aborted || feed.latest === undefined) continue
        if ('error' in feed.latest) throw feed.latest.error
        seen = feed.reads
        yield feed.latest.value as Value
      }
    } finally {
      feed.followers -= 1
      if (feed.followers === 0) close(feed, id)
    }
  }
}

function nextRead({ wakers }: Feed, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      wakers.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    wakers.add(wake)
    signal.addEventListener('abort', wake)
  })
}

import type { IncomingHttpHeaders } from 'node:http'
import { isFor, type StoredAnswer } from './stored-answer.ts'

/** Cached responses, limited in bytes; the least recently used one is evicted first. */
export interface AnswerStore {
  /** Returns the response for a request, and marks it as used. */
  readonly find: (path: string, search: string, request: IncomingHttpHeaders) => StoredAnswer | undefined
  readonly save: (path: string, search: string, answer: StoredAnswer) => void
  /** Removes all responses of a path. */
  readonly forget: (path: string) => void
  /** Removes all responses of paths with this prefix; returns the number of entries. */
  readonly purge: (prefix: string) => number
  readonly stats: () => StoreStats
}

/** The current size, and the number of evictions. */
export interface StoreStats {
  readonly entries: number
  readonly sizeBytes: number
  readonly evictions: number
}

interface CacheEntry {
  readonly path: string
  readonly key: string
  /** One response for each variant according to `Vary`. */
  readonly answers: StoredAnswer[]
}

const mostVariants = 8

/** Makes an empty store. */
export function makeAnswerStore(mostBytes: number): AnswerStore {
  const places = makePlaces()
  let sizeBytes = 0
  let evictions = 0

  function drop(place: CacheEntry): void {
    places.remove(place)
    for (const answer of place.answers) sizeBytes -= answer.sizeBytes + place.key.length
  }

  return {
    find: (path, search, request) => places.use(path + search)?.answers.find((answer) => isFor(answer, request)),
    save(path, search, answer) {
      if (answer.sizeBytes > mostBytes) return
      const { answers, key } = places.getOrMake(path, path + search)
      const replaced = takeReplaced(answers, answer)
      if (replaced !== undefined) sizeBytes -= replaced.sizeBytes + key.length
      answers.push(answer)
      sizeBytes += answer.sizeBytes + key.length
      for (const oldest of places.oldestFirst()) {
        if (sizeBytes <= mostBytes) break
        drop(oldest)
        evictions += 1
      }
    },
    forget: (path) => places.ofPath(path).forEach(drop),
    purge(prefix) {
      const purged = [...places.oldestFirst()].filter(({ path }) => path.startsWith(prefix))
      purged.forEach(drop)
      return purged.length
    },
    stats: () => ({ entries: places.count(), sizeBytes, evictions }),
  }
}

/** Removes the response that a new one replaces: that of the same variant, or the first one if there are too many. */
function takeReplaced(answers: StoredAnswer[], { vary }: StoredAnswer): StoredAnswer | undefined {
  const way = JSON.stringify(vary)
  const same = answers.findIndex((answer) => JSON.stringify(answer.vary) === way)
  if (same >= 0) return answers.splice(same, 1)[0]
  return answers.length >= mostVariants ? answers.shift() : undefined
}

/** Places in the order they were used, found by their key and by their path. */
function makePlaces() {
  // a Map keeps insertion order: the first key is the least recently used
  const places = new Map<string, CacheEntry>()
  const ofPath = new Map<string, Set<CacheEntry>>()
  return {
    use(key: string): CacheEntry | undefined {
      const place = places.get(key)
      if (place === undefined) return undefined
      places.delete(key)
      places.set(key, place)
      return place
    },
    getOrMake(path: string, key: string): CacheEntry {
      const known = places.get(key)
      if (known !== undefined) return known
      const made = { path, key, answers: [] }
      places.set(key, made)
      const there = ofPath.get(path)
      if (there === undefined) ofPath.set(path, new Set([made]))
      else there.add(made)
      return made
    },
    remove(place: CacheEntry): void {
      places.delete(place.key)
      const there = ofPath.get(place.path)
      there?.delete(place)
      if (there?.size === 0) ofPath.delete(place.path)
    },
    ofPath: (path: string): CacheEntry[] => [...(ofPath.get(path) ?? [])],
    oldestFirst: () => places.values(),
    count: () => places.size,
  }
}

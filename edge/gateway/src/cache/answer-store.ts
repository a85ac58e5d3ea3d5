import type { IncomingHttpHeaders } from 'node:http'
import { isFor, type StoredAnswer } from './stored-answer.ts'

/** The answers kept, within so many bytes; the one used longest ago goes first. */
export interface AnswerStore {
  /** The answer for such a request, which counts as used now. */
  readonly find: (path: string, search: string, request: IncomingHttpHeaders) => StoredAnswer | undefined
  readonly save: (path: string, search: string, answer: StoredAnswer) => void
  /** Forgets all answers of a path, whatever was asked of it. */
  readonly forget: (path: string) => void
  /** Forgets all answers of paths that begin so; answers how many places that were. */
  readonly purge: (prefix: string) => number
  readonly stats: () => StoreStats
}

/** What is kept now, and how many places had to make room so far. */
export interface StoreStats {
  readonly places: number
  readonly sizeBytes: number
  readonly evictions: number
}

interface Place {
  readonly path: string
  readonly key: string
  /** One for each way of asking that `Vary` tells apart. */
  readonly answers: StoredAnswer[]
}

const mostVariants = 8

/** Makes an empty store. */
export function makeAnswerStore(mostBytes: number): AnswerStore {
  const places = makePlaces()
  let sizeBytes = 0
  let evictions = 0

  function drop(place: Place): void {
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
    stats: () => ({ places: places.count(), sizeBytes, evictions }),
  }
}

/** Takes out the answer that a new one stands in for: to the same way of asking, or the first when there are too many. */
function takeReplaced(answers: StoredAnswer[], { vary }: StoredAnswer): StoredAnswer | undefined {
  const way = JSON.stringify(vary)
  const same = answers.findIndex((answer) => JSON.stringify(answer.vary) === way)
  if (same >= 0) return answers.splice(same, 1)[0]
  return answers.length >= mostVariants ? answers.shift() : undefined
}

/** Places in the order they were used, found by their key and by their path. */
function makePlaces() {
  // a Map keeps the order in which its keys came: the first is the one used longest ago
  const places = new Map<string, Place>()
  const ofPath = new Map<string, Set<Place>>()
  return {
    use(key: string): Place | undefined {
      const place = places.get(key)
      if (place === undefined) return undefined
      places.delete(key)
      places.set(key, place)
      return place
    },
    getOrMake(path: string, key: string): Place {
      const known = places.get(key)
      if (known !== undefined) return known
      const made = { path, key, answers: [] }
      places.set(key, made)
      const there = ofPath.get(path)
      if (there === undefined) ofPath.set(path, new Set([made]))
      else there.add(made)
      return made
    },
    remove(place: Place): void {
      places.delete(place.key)
      const there = ofPath.get(place.path)
      there?.delete(place)
      if (there?.size === 0) ofPath.delete(place.path)
    },
    ofPath: (path: string): Place[] => [...(ofPath.get(path) ?? [])],
    oldestFirst: () => places.values(),
    count: () => places.size,
  }
}

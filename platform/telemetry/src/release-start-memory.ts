import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const settledAfterMs = 15_000

/**
 * Collects the garbage of the start of this process, once, 15 s from now: a heap that grew while code was loaded otherwise keeps its
 * size for minutes, because an idle process allocates too little for V8 to begin a collection.
 */
export function releaseStartMemory(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
  }, settledAfterMs).unref()
}

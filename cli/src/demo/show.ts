import { note, say } from '../output.ts'
import { fitted, lineOf, screenOf } from './screen.ts'
import type { Tally } from './tally.ts'

/** How a demonstration is shown while it continues, and when it is over. */
export interface Show {
  readonly tick: (tally: Tally) => void
  readonly end: (tally: Tally) => void
}

const lineEveryMs = 5_000

/** Lines that follow each other, for output that is not a terminal; the whole of it at the end, unless a program reads that. */
export function showLines({ isForProgram }: { readonly isForProgram: boolean }): Show {
  let lastAtMs = performance.now()
  return {
    tick(tally) {
      if (performance.now() - lastAtMs < lineEveryMs) return
      lastAtMs = performance.now()
      note(lineOf(tally, new Date()))
    },
    end: (tally) => (isForProgram ? note : say)(screenOf(tally, new Date()).join('\n')),
  }
}

/** Lines that are written over again and again, on a terminal. */
export function showScreen(terminal: NodeJS.WriteStream): Show {
  let shown = 0
  const write = (tally: Tally) => {
    const lines = screenOf(tally, new Date())
      .slice(0, terminal.rows - 2)
      .map((line) => fitted(line, terminal.columns))
    // Back to the first line, then each over its predecessor, and away with what is left of them.
    const back = shown === 0 ? '' : `\u001b[${shown}A`
    terminal.write(`${back}${lines.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
    shown = lines.length
  }
  return { tick: write, end: write }
}

import { writeFile } from 'node:fs/promises'
import { machineSettings } from '../system-under-test.ts'
import { goals } from './goals.ts'
import { isGood, rowsOf, type Outcome } from './rows.ts'
import { runApart } from './run-apart.ts'
import { tableOf } from './table.ts'

/** How all benches are run. */
export interface AllOptions {
  readonly names: readonly string[]
  readonly isSmoke: boolean
  readonly isFull: boolean
  /** The file that gets rows and figures as JSON. */
  readonly json?: string | undefined
}

const program = new URL('../main.ts', import.meta.url).pathname
const hourMs = 3_600_000

/** Runs benches one after the other, prints one table of all goals, and returns whether every bench worked and no target was missed. */
export async function runAll({ names, isSmoke, isFull, json }: AllOptions): Promise<boolean> {
  const args = [...(isSmoke ? ['--smoke'] : []), ...(isFull ? ['--full'] : [])]
  const limitMs = isSmoke ? hourMs : isFull ? 12 * hourMs : 3 * hourMs
  const settings = machineSettings()
  const outcomes: Outcome[] = []
  // After each bench, so that an interrupted run keeps what it has measured; and first, because a file that cannot be written is no reason to
  // measure for hours.
  const keep = async () => {
    const rows = rowsOf(goals, outcomes, isSmoke)
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify({ isSmoke, settings, rows, outcomes }, undefined, 2)}\n`)
    return rows
  }
  let rows = await keep()
  for (const name of names) {
    console.error(`${name} (${outcomes.length + 1} of ${names.length})`)
    outcomes.push(await runApart(name, { program, args, limitMs }))
    rows = await keep()
  }
  console.log(tableOf(rows))
  console.log(`\nsettings: ${JSON.stringify(settings)}${isSmoke ? '; a short run, whose figures say nothing' : ''}`)
  return isGood(rows, isSmoke)
}

import { eventually } from '@stoa/testing'
import { reconcile, wholeDifferences } from './whole-books.ts'
import type { Case, Group, World } from './world.ts'

/** One line of the table. */
export interface Line {
  readonly saga: string
  readonly step: string
  readonly fault: string
  readonly replicas: number
  readonly outcome: string
  readonly isOk: boolean
}

/** Runs the cases of a group at once, then compares the books of the whole system. */
export async function runGroup(world: World, { name, cases, conduct, killsDriver = false }: Group): Promise<Line[]> {
  if (killsDriver) await world.steer()
  const conducted = Promise.resolve(conduct?.(world)).then(() => '', messageOf)
  const lines = await Promise.all(cases.map((each) => runCase(world, each)))
  const trouble = await conducted
  await world.untilReady()
  const disagreement = await eventually(async () => {
    const found = [...(await wholeDifferences(world.system)), ...(await reconcile(world.system))]
    if (found.length > 0) throw new Error(found.join('; '))
    return ''
  }).catch((error: unknown) => messageOf(error))
  const wrong = [trouble, disagreement].filter((text) => text !== '')
  const all = { saga: 'all', step: '', fault: `after ${name}`, replicas: world.replicas, isOk: false }
  return [...lines, ...wrong.map((outcome) => ({ ...all, outcome }))]
}

async function runCase(world: World, { saga, step, fault, run }: Case): Promise<Line> {
  const line = { saga, step, fault, replicas: world.replicas }
  try {
    return { ...line, outcome: await run(world), isOk: true }
  } catch (error) {
    return { ...line, outcome: messageOf(error), isOk: false }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

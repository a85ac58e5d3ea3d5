import { callCases, type Target } from './call-cases.ts'
import { cancelCases } from './cancel-cases.ts'
import { crashGroups, type CallPoint } from './crash-cases.ts'
import { nameOf, points } from './definitions.ts'
import { lateCases } from './late-cases.ts'
import { localGroups } from './local-cases.ts'
import type { Case, Group } from './world.ts'

/** What of the matrix is run. */
export interface Selection {
  /** A text that saga, step and fault together contain. */
  readonly pattern: string | undefined
  readonly isSmall: boolean
  /** How many processes of order there are. */
  readonly replicas: number
}

/** Every case of the matrix, made out of the sagas' steps and of where their calls were seen to go. */
export function groupsOf(targets: ReadonlyMap<string, Target>, selection: Selection): Group[] {
  const calls = points.flatMap((point): CallPoint[] => {
    const target = targets.get(nameOf(point))
    return target === undefined ? [] : [{ point, target }]
  })
  const atOnce = (name: string, cases: readonly Case[]): Group => ({ name, cases, isSmall: true })
  const groups = [
    atOnce(
      'callees that refuse, fail and time out',
      calls.flatMap(({ point, target }) => callCases(point, target)),
    ),
    atOnce('cancelled orders', cancelCases(points)),
    atOnce('calls that come late', lateCases(calls)),
    ...crashGroups(calls),
    ...localGroups(points.filter(({ kind }) => kind === 'local')),
  ]
  return groups.flatMap((group) => selected(group, selection))
}

function selected(group: Group, { pattern, isSmall, replicas }: Selection): Group[] {
  // What callees do is the same to one process of order and to two.
  if (isSmall && (!group.isSmall || (replicas > 1 && group.killsDriver !== true))) return []
  // A group that is met by one crash is run as a whole, so that its cases wait for each other.
  if (group.conduct !== undefined) return group.cases.some((each) => fits(each, pattern)) ? [group] : []
  const cases = group.cases.filter((each) => fits(each, pattern) && (!isSmall || isQuick(each)))
  return cases.length === 0 ? [] : [{ ...group, cases }]
}

function fits({ saga, step, fault }: Case, pattern: string | undefined): boolean {
  return pattern === undefined || `${saga} ${step} ${fault}`.includes(pattern)
}

/** What is tried permanently takes most of a minute. */
function isQuick({ fault }: Case): boolean {
  return !fault.includes('for good') && !fault.includes('times')
}

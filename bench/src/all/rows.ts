import { isOnTarget, type Figure } from '../figure.ts'
import type { Goal, MeasuredGoal, UnmeasuredGoal } from './goals.ts'

/** What became of a bench: its figures, or why it has none. */
export type Outcome = FiguresOfBench | FailureOfBench

interface FiguresOfBench {
  readonly bench: string
  readonly figures: readonly Figure[]
}

interface FailureOfBench {
  readonly bench: string
  readonly failure: string
}

/** A line of the table. */
export interface Row {
  readonly what: string
  readonly target?: Figure['target'] | string
  /** Of an absolute target. */
  readonly unit?: string
  readonly figure?: Figure
  readonly state: 'met' | 'missed' | 'no target' | 'no peer' | 'short run' | 'failed' | 'not measured'
  readonly reason?: string
}

/**
 * The rows of a run: one for each goal, and one for each further figure that has a target or a peer. A bench without a goal that failed has a
 * row too. A goal whose bench ran without its figure has failed, unless the run was short: that one leaves out most of them.
 */
export function rowsOf(goals: readonly Goal[], outcomes: readonly Outcome[], isSmoke: boolean): Row[] {
  const ofGoals = goals.map((goal) => ('reason' in goal ? unmeasured(goal) : goalRow(goal, outcomes, isSmoke)))
  const shown = new Set(ofGoals.flatMap(({ figure }) => figure ?? []))
  const withGoals = new Set(goals.flatMap((goal) => ('bench' in goal ? [goal.bench] : [])))
  const further = outcomes.flatMap((outcome) => {
    if ('failure' in outcome) return withGoals.has(outcome.bench) ? [] : [failed(outcome)]
    return outcome.figures
      .filter((each) => !shown.has(each) && (each.target !== undefined || each.peer !== undefined))
      .map((each) => figureRow(`${each.bench}: ${each.metric}`, each, each.target, isSmoke))
  })
  return [...ofGoals, ...further]
}

/** Whether a run is as good as it must be; of a short one, whether everything worked. */
export function isGood(rows: readonly Row[], isSmoke: boolean): boolean {
  return rows.every(({ state }) => state !== 'failed' && (isSmoke || state !== 'missed'))
}

function unmeasured({ what, target, reason }: UnmeasuredGoal): Row {
  return { what, target, state: 'not measured', reason }
}

function failed({ bench, failure }: FailureOfBench): Row {
  return { what: bench, state: 'failed', reason: failure }
}

function goalRow(goal: MeasuredGoal, outcomes: readonly Outcome[], isSmoke: boolean): Row {
  const { what, target, unit, bench, peer } = goal
  const row = { what, target, unit }
  const outcome = outcomes.find((each) => each.bench === bench)
  if (outcome === undefined) return { ...row, state: 'not measured', reason: `${bench} is not part of this run` }
  if ('failure' in outcome) return { ...row, state: 'failed', reason: `${bench}: ${outcome.failure}` }
  const figures = outcome.figures.filter((each) => isOf(goal, each))
  const figure = figures.find((each) => peer === undefined || each.peer === peer) ?? figures[0]
  if (figure !== undefined) return figureRow(what, figure, target, isSmoke, peer)
  if (isSmoke) return { ...row, state: 'not measured', reason: `a short run of ${bench} leaves it out` }
  return { ...row, state: 'failed', reason: `${bench} has no figure ${String(goal.metric)}` }
}

function isOf({ metric, unit }: MeasuredGoal, figure: Figure): boolean {
  const isMetric = typeof metric === 'string' ? metric === figure.metric : metric.test(figure.metric)
  return isMetric && unit === figure.unit
}

function figureRow(what: string, figure: Figure, target: Figure['target'], isSmoke: boolean, peer?: string): Row {
  const row = { what, figure, unit: figure.unit, ...(target === undefined ? {} : { target }) }
  if (isSmoke) return { ...row, state: 'short run' }
  if (target === undefined) return { ...row, state: 'no target' }
  const isCompared = figure.ratio !== undefined && (peer === undefined || peer === figure.peer)
  if ('ratioAtLeast' in target && !isCompared)
    return { ...row, state: 'no peer', reason: `${peer ?? 'the peer'} did not run` }
  return { ...row, state: isOnTarget({ ...figure, target }) ? 'met' : 'missed' }
}

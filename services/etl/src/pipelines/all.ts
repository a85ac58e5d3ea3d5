import type { PipelineName, StepResult } from '@stoa/contracts/etl/resources'
import { flushEvents, type FlushTools } from '../lake/flush-events.ts'
import { buildStar } from '../star/build-star.ts'

/** What a step needs. */
export interface StepTools extends FlushTools {
  /** What the log had at this time is in what the run makes; undefined while etl is behind the log. */
  readonly asOfMs: number | undefined
}

/** A step of a pipeline; it can be repeated at any time, also after it was cut off. */
export interface Step {
  readonly name: string
  readonly run: (tools: StepTools) => Promise<StepResult>
}

/** A pipeline: its steps run one after the other. */
export interface PipelineDefinition {
  readonly name: PipelineName
  readonly summary: string
  readonly everySeconds: number
  readonly steps: readonly Step[]
}

const flushStep: Step = {
  name: 'flush-events',
  async run(tools) {
    const { rows, version } = await flushEvents(tools)
    return {
      name: 'flush-events',
      rowsRead: rows,
      rowsWritten: rows,
      ...(rows === 0 ? { skipped: true } : {}),
      versions: version === undefined ? {} : { events: version },
    }
  },
}

const starStep: Step = {
  name: 'build-star',
  async run(tools) {
    const { isSkipped, ...built } = await buildStar(tools, tools.asOfMs)
    return { name: 'build-star', ...built, ...(isSkipped ? { skipped: true } : {}) }
  },
}

/** The built-in pipelines. */
export const pipelines: Readonly<Record<PipelineName, PipelineDefinition>> = {
  'events-to-lake': {
    name: 'events-to-lake',
    summary: 'Moves the events of orders, payments and products into the lake',
    everySeconds: 900,
    steps: [flushStep],
  },
  'star-schema': {
    name: 'star-schema',
    summary: 'Builds the star schema of sales from the events of the lake, after those that wait',
    everySeconds: 3_600,
    steps: [flushStep, starStep],
  },
}

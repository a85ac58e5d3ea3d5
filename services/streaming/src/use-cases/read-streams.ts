import type { BatchType, Handler, ReadHandle } from '@stoa/contract'
import type { Stream, WindowResult } from '@stoa/contracts/streaming/resources'
import { streaming, type StreamingService } from '@stoa/contracts/streaming/service'
import type { Deps } from '../deps.ts'
import { merge } from '../engine/fold.ts'
import { isPattern, type AnyStream, type StreamDefinition } from '../engine/stream.ts'
import { latestMatches } from '../store/matches.ts'
import { readStreams } from '../store/streams.ts'
import { latestWindows, type StoredWindow } from '../store/windows.ts'
import { toMatch } from './match-events.ts'

const mostResults = 20

export const listStreams =
  (deps: Deps): Handler<StreamingService, 'listStreams'> =>
  async ({ db }) => {
    const items = await Promise.all(Object.values(deps.streams).map((each) => describe(deps, db, each)))
    return { status: 200, body: { items } }
  }

export const getStream =
  (deps: Deps): Handler<StreamingService, 'getStream'> =>
  async ({ params: { name }, db, refuse }) => {
    const definition = findStream(deps, name)
    if (definition === undefined) return refuse('streaming.not_found', `There is no stream ${name}.`)
    if (isPattern(definition)) {
      const [described, matches] = await Promise.all([
        describe(deps, db, definition),
        latestMatches(db, name, mostResults),
      ])
      return { status: 200, body: { ...described, results: [], matches: matches.map(toMatch) } }
    }
    const [described, windows] = await Promise.all([
      describe(deps, db, definition),
      latestWindows(db, name, mostResults),
    ])
    return { status: 200, body: { ...described, results: windows.map((each) => toResult(definition, each)) } }
  }

/** The stream of this name. */
export function findStream({ streams }: Deps, name: string): AnyStream | undefined {
  return Object.values(streams).find((each) => each.name === name)
}

async function describe({ batches }: Deps, db: ReadHandle, definition: AnyStream): Promise<Stream> {
  const { name } = definition
  const [rows, progress, pausedSince] = await Promise.all([
    readStreams(db),
    batches.progress(name),
    batches.pausedSince(name),
  ])
  const row = rows.find((each) => each.name === name)
  const watermark = row?.watermark ?? null
  const { events }: BatchType = streaming.batches[name]
  return {
    name,
    consumes: Object.values(events).map(({ type }) => type),
    ...shapeOf(definition),
    state: pausedSince === undefined ? 'running' : 'paused',
    ...(pausedSince === undefined ? {} : { pausedSince: pausedSince.toString() }),
    lag: progress.reduce((sum, { position = 0, head }) => sum + Math.max(0, head - position), 0),
    ...(watermark === null ? {} : { watermark: watermark.toString() }),
    lateEvents: row?.lateEvents ?? 0,
    droppedEvents: row?.droppedEvents ?? 0,
  }
}

function shapeOf(definition: AnyStream) {
  if (isPattern(definition)) {
    const { withinMs, latenessMs } = definition.pattern
    return {
      kind: 'pattern' as const,
      measures: [],
      windowSeconds: withinMs / 1_000,
      latenessSeconds: latenessMs / 1_000,
    }
  }
  const { window, measures } = definition
  return {
    kind: 'windows' as const,
    measures: Object.keys(measures),
    windowSeconds: window.sizeMs / 1_000,
    latenessSeconds: window.latenessMs / 1_000,
  }
}

function toResult(
  definition: StreamDefinition,
  { keyFields, startsAt, endsAt, state, isClosed }: StoredWindow,
): WindowResult {
  return {
    key: keyFields,
    windowStart: startsAt.toString(),
    windowEnd: endsAt.toString(),
    values: merge(definition, state, {}),
    isClosed,
  }
}

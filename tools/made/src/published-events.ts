import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventType, Service } from '@stoa/contract'
import type { MadeFile } from './made-file.ts'
import { findBreaks, type JsonSchema } from './schema-breaks.ts'

type Version = readonly [major: number, minor: number, patch: number]

interface PublishedEvent {
  readonly version: string
  readonly data: JsonSchema
}

/**
 * Snapshots of the schemas of all published events, one file for each type and major version. A snapshot follows its contract
 * only if consumers of the snapshot can read the new events (ADR 29); otherwise it stays, and the reasons are returned.
 */
export async function publishedEvents(
  root: string,
  services: readonly Service[],
): Promise<{ readonly files: MadeFile[]; readonly problems: string[] }> {
  const events = services.flatMap(({ name, publishes }) =>
    Object.values(publishes).map((event) => ({ service: name, event, path: pathOf(name, event) })),
  )
  const compared = await Promise.all(
    events.map(async ({ service, event, path }) => {
      const before = await readFile(join(root, path), 'utf8').catch(() => '')
      const problems = before === '' ? [] : findProblems(JSON.parse(before) as PublishedEvent, event)
      const named = problems.map((problem) => `${service}: ${event.type} ${event.version}: ${problem}`)
      return { problems: named, file: { path, before, after: snapshotOf(event) } }
    }),
  )
  return {
    files: compared.flatMap(({ problems, file }) => (problems.length === 0 ? [file] : [])),
    problems: [...compared.flatMap(({ problems }) => problems), ...(await findRemoved(root, services))],
  }
}

const pathOf = (service: string, { type, version }: EventType) =>
  `contracts/${service}/published/${type}.v${versionOf(version)[0]}.json`

const snapshotOf = ({ type, version, data }: EventType) => `${JSON.stringify({ type, version, data }, undefined, 2)}\n`

/** Why events of this type cannot follow those of the snapshot, each with what to do; empty if they can. */
function findProblems(published: PublishedEvent, event: Pick<EventType, 'version' | 'data'>): string[] {
  const data = event.data as JsonSchema
  const [major, minor, patch] = versionOf(published.version)
  const breaks = findBreaks(published.data, data)
  if (breaks.length > 0)
    return breaks.map(
      ({ pointer, what }) => `${pointer || '/'} ${what}; make it version ${major + 1}.0.0, or keep what was published`,
    )
  const [, newMinor, newPatch] = versionOf(event.version)
  if (newMinor < minor || (newMinor === minor && newPatch < patch))
    return [`version ${published.version} was published; do not lower it`]
  const [added] = findBreaks(data, published.data)
  if (added === undefined || newMinor > minor) return []
  return [`${added.pointer || '/'} differs from what was published; make it version ${major}.${minor + 1}.0`]
}

function versionOf(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return [major, minor, patch]
}

/** Snapshots of events that are no longer published. Those of an earlier major version stay: such events are in the log. */
async function findRemoved(root: string, services: readonly Service[]): Promise<string[]> {
  const majors = new Map<string, number>()
  for (const { name, publishes } of services) {
    for (const { type, version } of Object.values(publishes)) {
      const key = `${name}/${type}`
      majors.set(key, Math.max(majors.get(key) ?? 0, versionOf(version)[0]))
    }
  }
  const paths = await Array.fromAsync(glob('contracts/*/published/*.json', { cwd: root }))
  return paths.sort().flatMap((path) => {
    const [, service = '', type = '', major = ''] = /^contracts\/(.+?)\/published\/(.+)\.v(\d+)\.json$/.exec(path) ?? []
    if (Number(major) <= (majors.get(`${service}/${type}`) ?? -1)) return []
    return [`${path}: no longer published; declare the event again, or delete the file when nothing consumes the event`]
  })
}

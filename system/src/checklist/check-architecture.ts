import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from '../define-system.ts'
import { configuredIn } from '../publish/kubernetes-objects.ts'
import { root } from '../root.ts'
import { eventsPoint, patternsPoint } from './events-points.ts'
import { configurationPoint, databasesPoint, levelsPoint, meshPoint, resiliencePoint } from './operations-points.ts'
import { cataloguePoint, gatewayPoint, observabilityPoint } from './documents-points.ts'
import type { Point, ReadFile } from './point.ts'

/** The architecture checklist of a system, each point with its evidence: computed from its contracts, settings, manifests and documents. */
export async function checkArchitecture(system: System, read: ReadFile = readFromRoot): Promise<Point[]> {
  const all = await configuredIn(system)
  return [
    await gatewayPoint(system, read),
    await meshPoint(all, read),
    await cataloguePoint(system, read),
    databasesPoint(system, all),
    await eventsPoint(system, read),
    await patternsPoint(system, read),
    await configurationPoint(system, all, read),
    await observabilityPoint(system, read),
    await resiliencePoint(system, all, read),
    levelsPoint(system),
  ]
}

function readFromRoot(path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch(() => undefined)
}

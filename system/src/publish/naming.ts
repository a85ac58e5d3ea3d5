import { hasBlobs, type Deployment } from '../topology.ts'
import type { Labels } from './objects.ts'

/** The namespace of everything that is made. */
export const namespace = 'microservices'

/** The namespace from which metrics are collected. */
export const monitoringNamespace = 'monitoring'

/** A volume that several pods on several machines write to. */
export interface SharedVolume {
  /** The name of its claim. */
  readonly claim: string
  readonly folder: string
}

/** The folder that etl and datamart share. */
export const lakeVolume: SharedVolume = { claim: 'lake', folder: '/lake' }

/** The files that services keep, such as images of products; each has a folder of its own in it. */
export const blobVolume: SharedVolume = { claim: 'blobs', folder: '/blobs' }

/** Whether a process keeps files on a volume. */
export function hasBlobVolume(deployment: Deployment): boolean {
  return hasBlobs(deployment) && deployment.hasBucket !== true
}

/** The volumes of a process. DuckDB spills into the folder of the lake, also where it only reads. */
export function volumesOf(deployment: Deployment): SharedVolume[] {
  return [...(deployment.lake === undefined ? [] : [lakeVolume]), ...(hasBlobVolume(deployment) ? [blobVolume] : [])]
}

/** The ConfigMap with the settings that differ between installations. */
export const sharedSettings = 'settings'

/** The labels that select the pods of one process of a system. */
export function selectorOf(system: string, name: string): Labels {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': system }
}

/** The metadata of an object that belongs to a process of a system. */
export function metadataOf(system: string, name: string) {
  return { name, namespace, labels: selectorOf(system, name) }
}

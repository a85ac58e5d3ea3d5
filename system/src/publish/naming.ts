import type { Labels } from './objects.ts'

/** The namespace of everything that is made. */
export const namespace = 'microservices'

/** The namespace from which metrics are collected. */
export const monitoringNamespace = 'monitoring'

/** The claim of the folder that etl and datamart share. */
export const lakeClaim = 'lake'

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

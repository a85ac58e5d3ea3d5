import type { Settings } from '@stoa/config'
import type { Deployment } from '../topology.ts'
import { metadataOf, monitoringNamespace, selectorOf } from './naming.ts'
import type { NetworkPolicyObject } from './objects.ts'

/** A process of a system, with the settings that it reads. */
export interface Configured {
  readonly deployment: Deployment
  readonly settings: Settings
}

/**
 * The names of the processes that connect to a process, sorted: who declares a call, and what the platform itself connects. The registry,
 * auth and config are among their own callers, because each of their replicas registers, verifies tokens and follows settings through the
 * Service, which leads to any of them.
 */
export function callersOf(callee: Deployment, all: readonly Configured[]): string[] {
  const callers = all.filter((caller) => connects(caller, callee))
  return callers.map(({ deployment }) => deployment.name).toSorted()
}

function connects({ deployment: caller, settings }: Configured, callee: Deployment): boolean {
  if (Object.hasOwn(caller.contract?.calls ?? {}, callee.name)) return true
  switch (callee.name) {
    // to find instances; for keys and tokens
    case 'registry':
    case 'auth':
    // to send spans
    case 'monitoring':
      return true
    // followed only with flags or settings that can change
    case 'config':
      if (follows(caller, settings)) return true
  }
  // The registry probes what registers, and monitoring reads its metrics.
  return callee.kind === 'service' && (caller.kind === 'gateway' || ['registry', 'monitoring'].includes(caller.name))
}

function follows({ contract }: Deployment, settings: Settings): boolean {
  const hasFlags = Object.keys(contract?.flags ?? {}).length > 0
  return hasFlags || Object.values(settings).some(({ isReloadable }) => isReloadable)
}

/**
 * Which connections a process accepts: those of its callers and of the collector of metrics, on its port; the gateway those of all clients,
 * and on its further ports only those of the collector.
 */
export function networkPolicyOf(
  system: string,
  deployment: Deployment,
  callers: readonly string[],
): NetworkPolicyObject {
  const { name, port, furtherPorts = {}, kind } = deployment
  const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': monitoringNamespace } } }
  const pods = callers.map((caller) => ({ podSelector: { matchLabels: selectorOf(system, caller) } }))
  const onPort = (number: number) => ({ ports: [{ protocol: 'TCP', port: number }] })
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(system, name),
    spec: {
      podSelector: { matchLabels: selectorOf(system, name) },
      policyTypes: ['Ingress'],
      ingress: [
        kind === 'gateway' ? onPort(port) : { from: [...pods, monitoring], ...onPort(port) },
        ...Object.values(furtherPorts).map((each) => ({ from: [monitoring], ...onPort(each) })),
      ],
    },
  }
}

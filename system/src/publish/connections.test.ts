import { system as shop } from '@stoa/systems/shop'
import { expect, test } from 'vitest'
import { callersOf, networkPolicyOf } from './connections.ts'
import { configuredIn, kubernetesObjects } from './kubernetes-objects.ts'

const all = await configuredIn(shop)

function callersNamed(name: string): string[] {
  const callee = all.find(({ deployment }) => deployment.name === name)
  return callee === undefined ? [] : callersOf(callee.deployment, all)
}

test('a service accepts the callers that declare a call, the gateway, and the probes of the registry', () => {
  expect(callersNamed('payment')).toEqual(['gateway', 'monitoring', 'order', 'registry'])
  expect(callersNamed('analytics')).toEqual(['gateway', 'monitoring', 'registry'])
})

test('every declared call is admitted by the policy of its callee, and no other caller is', () => {
  const objects = kubernetesObjects('shop', all, '1.2.3').flatMap((file) => file.objects)
  const ofPlatform = new Set(['gateway', 'monitoring', 'registry'])
  for (const { name } of shop.services.filter(
    (each) => !['registry', 'auth', 'config', 'monitoring', 'gateway'].includes(each.name),
  )) {
    const declared = shop.services.filter(({ contract }) => Object.keys(contract?.calls ?? {}).includes(name))
    const policy = objects.find((each) => each.kind === 'NetworkPolicy' && each.metadata.name === name)
    const peers = policy?.kind === 'NetworkPolicy' ? policy.spec.ingress.flatMap(({ from = [] }) => from) : []
    const admitted = peers.flatMap(({ podSelector: pods }) => pods?.matchLabels['app.kubernetes.io/name'] ?? [])
    expect(admitted.filter((each) => !ofPlatform.has(each))).toEqual(declared.map((each) => each.name).toSorted())
  }
})

test('every process reaches the registry, auth and monitoring, and config only those with flags or settings that change', () => {
  const everyone = shop.services.map((each) => each.name).toSorted()
  // their own replicas too, which they reach through the Service
  for (const name of ['registry', 'auth', 'monitoring']) expect(callersNamed(name)).toEqual(everyone)
  expect(callersNamed('config')).toEqual(['gateway', 'monitoring', 'order', 'registry'])
})

test('no service connects to the gateway, which accepts clients from everywhere, but not at its admin port', () => {
  expect(callersNamed('gateway')).toEqual([])
  const gateway = all.find(({ deployment }) => deployment.name === 'gateway')
  const { ingress } = networkPolicyOf('shop', gateway!.deployment, []).spec
  expect(ingress.map(({ from, ports }) => [from?.length ?? 'everywhere', ports[0]?.port])).toEqual([
    ['everywhere', 8080],
    [1, 8081],
  ])
})

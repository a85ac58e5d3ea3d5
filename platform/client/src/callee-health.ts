import type { Breakers } from './breakers.ts'
import { isInstanceReady, type Resolver } from '@stoa/discovery'
import { Unwell, type HealthFacts } from '@stoa/kernel/part'

interface CalleeOptions {
  readonly callee: string
  readonly resolver: Pick<Resolver, 'resolve'>
  readonly breakers: Pick<Breakers, 'list'>
}

/**
 * Checks a called service: the number of known and ready instances, and the open circuit breakers. Rejects if no instance is
 * ready, or if the breakers of every instance are open for the same scope.
 */
export async function examineCallee({ callee, resolver, breakers }: CalleeOptions): Promise<HealthFacts> {
  // a worker is listed with the weight 0 and takes no calls
  const instances = resolver.resolve(callee).filter(({ weight }) => weight > 0)
  const answers = await Promise.all(instances.map((instance) => isInstanceReady(instance).catch(() => false)))
  const open = breakers.list({ service: callee }).filter(({ state }) => state === 'open')
  const openBreakers = open.map(({ instance, scope }) => ({ instance, scope }))
  const ready = answers.filter(Boolean).length
  const facts = { instances: instances.length, ready, openBreakers }
  if (instances.length === 0) throw new Unwell('no instance is known', facts)
  if (ready === 0) throw new Unwell('no instance is ready', facts)
  const refused = [...new Set(open.map(({ scope }) => scope))].filter((scope) =>
    instances.every(({ id }) => open.some((breaker) => breaker.instance === id && breaker.scope === scope)),
  )
  if (refused.length > 0) throw new Unwell(`circuit breakers are open on every instance: ${refused.join(', ')}`, facts)
  return facts
}

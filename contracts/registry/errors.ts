import { errors } from '@stoa/contract'

/** What the registry refuses with. */
export const registryErrors = errors({
  'registry.service_not_found': { kind: 'not_found', title: 'No instance of this service was ever registered' },
  'registry.instance_not_found': { kind: 'not_found', title: 'No such instance, or its lease is over' },
  'registry.token_wrong': { kind: 'forbidden', title: 'Only the system’s own processes may change the registry' },
})
